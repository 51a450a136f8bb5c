"""Apple VAS 1.0, the reader's side: ask an iPhone for a pass and open its cryptogram.

Transport-neutral: works over any `Transmit`. Use in a product needs Apple's approval; off until keys are given.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from cryptography.hazmat.primitives.asymmetric import ec

from hardware import ber
from hardware.apdu import Answer, Transmit, ask, command, select_name
from hardware.crc_a import EcpMode
from hardware.vas_cryptogram import VasKey, VasPass, open_cryptogram

OSE_AID = b"OSE.VAS.01"
WALLET_NAME = b"ApplePay"
_MORE_WANTED = 0x80
_FULL_VAS = 0x01
_VERSION = b"\x01\x00"


class VasOutcome(Enum):
    """How asking for a pass ended."""

    OK = "ok"
    NO_WALLET = "no_wallet"
    NO_PASS = "no_pass"  # noqa: S105  a ticket, not a password
    LOCKED = "locked"
    USER_MUST_CHOOSE = "user_must_choose"
    SECURITY = "security"
    BAD_REQUEST = "bad_request"
    UNKNOWN_STATUS = "unknown_status"
    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown_key"
    UNDECRYPTABLE = "undecryptable"


_BY_STATUS = {
    0x9000: VasOutcome.OK,
    0x6A82: VasOutcome.NO_WALLET,
    0x6A83: VasOutcome.NO_PASS,
    0x6287: VasOutcome.LOCKED,
    0x6984: VasOutcome.USER_MUST_CHOOSE,
    0x6982: VasOutcome.SECURITY,
    0x6A80: VasOutcome.BAD_REQUEST,
    0x6700: VasOutcome.BAD_REQUEST,
    0x6B00: VasOutcome.BAD_REQUEST,
}


@dataclass(frozen=True, slots=True)
class AppleWallet:
    """What an administrator enters: the pass types to ask for, in order, and the keys that open them."""

    pass_type_ids: tuple[str, ...]
    keys: tuple[ec.EllipticCurvePrivateKey, ...] = field(repr=False)
    mode: EcpMode = EcpMode.VAS_ONLY


@dataclass(frozen=True, slots=True)
class VasReading:
    """Outcome of one tap; `opened` is there exactly when the outcome is OK."""

    outcome: VasOutcome
    opened: VasPass | None = None
    pass_type_id: str = ""
    cryptogram: bytes = field(default=b"", repr=False)


def merchant_id(pass_type_id: str) -> bytes:
    """SHA-256 of the pass type identifier, which the phone looks passes up by."""
    return hashlib.sha256(pass_type_id.encode("utf-8")).digest()


def outcome_of(status: int) -> VasOutcome:
    """What a status word of GET VAS DATA means."""
    return _BY_STATUS.get(status, VasOutcome.UNKNOWN_STATUS)


def get_vas_data(
    pass_type_id: str,
    nonce: bytes,
    *,
    more: bool = False,
    mode: EcpMode = EcpMode.VAS_ONLY,
    url: str = "",
    filtered: bool = False,
) -> bytes:
    """The GET VAS DATA command; `more` promises the phone that other passes will be asked for."""
    last = bytes([mode | (_MORE_WANTED if more else 0)])
    body = ber.build(0x9F22, _VERSION) + ber.build(0x9F28, nonce)
    body += ber.build(0x9F26, b"\x00\x80\x00" + last) + ber.build(0x9F25, merchant_id(pass_type_id))
    if url:
        body += ber.build(0x9F29, url.encode("ascii"))
    if filtered:
        body += ber.build(0x9F2B, bytes.fromhex("0100000000"))
    return command(0x80, 0xCA, 0x01, _FULL_VAS, body)


def is_apple(ose: Answer) -> bool:
    """Whether the answer to SELECT OSE.VAS.01 comes from Apple Wallet, version 1."""
    try:
        name, version = ber.find(ose.data, 0x6F, 0x50), ber.find(ose.data, 0x6F, 0x9F21)
    except ber.BadTlv:
        return False
    return ose.ok and name == WALLET_NAME and (version is None or version[:1] == _VERSION[:1])


def select_ose(transmit: Transmit) -> Answer:
    """SELECT OSE.VAS.01, the door to either wallet."""
    return ask(transmit, select_name(OSE_AID))


def read_pass(
    transmit: Transmit,
    wallet: AppleWallet,
    nonce: Callable[[int], bytes] = os.urandom,
) -> VasReading:
    """Ask for each pass type in turn, after `select_ose`; the first the phone gives is opened. Raises TapBroken."""
    keys = [VasKey(k) for k in wallet.keys]
    reading = VasReading(VasOutcome.NO_PASS)
    for place, pass_type_id in enumerate(wallet.pass_type_ids):
        more = place + 1 < len(wallet.pass_type_ids)
        answer = ask(transmit, get_vas_data(pass_type_id, nonce(4), more=more, mode=wallet.mode))
        reading = _judge(answer, pass_type_id, keys)
        if reading.outcome is not VasOutcome.NO_PASS:
            break
    return reading


def _judge(answer: Answer, pass_type_id: str, keys: Sequence[VasKey]) -> VasReading:
    outcome = outcome_of(answer.sw)
    if outcome is not VasOutcome.OK:
        return VasReading(outcome, pass_type_id=pass_type_id)
    try:
        cryptogram = ber.find(answer.data, 0x70, 0x9F27)
    except ber.BadTlv:
        cryptogram = None
    if not cryptogram:
        return VasReading(VasOutcome.MALFORMED, pass_type_id=pass_type_id)
    if not any(k.key_id == cryptogram[:4] for k in keys):
        return VasReading(VasOutcome.UNKNOWN_KEY, pass_type_id=pass_type_id, cryptogram=cryptogram)
    opened = open_cryptogram(cryptogram, merchant_id(pass_type_id), keys)
    outcome = VasOutcome.OK if opened else VasOutcome.UNDECRYPTABLE
    return VasReading(outcome, opened, pass_type_id, cryptogram)
