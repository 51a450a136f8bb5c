"""Google Smart Tap 2.1, the reader's side: one conversation from SELECT to the redemption value.

Transport-neutral: works over any `Transmit`. Google asks for certification; off until keys are given.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from cryptography.hazmat.primitives.asymmetric import ec

from hardware import ber
from hardware.apdu import Answer, Transmit, ask, select_name
from hardware.ndef import BadNdef
from hardware.smart_tap_channel import (
    BundleReason,
    SessionKeys,
    open_bundle,
    point_of,
    session_keys,
    sign,
    signed_blob,
)
from hardware.smart_tap_records import (
    MORE_DATA,
    STATUS_OK,
    Session,
    SmartTapPass,
    Terminal,
    collector_bytes,
    get_data_command,
    negotiate_command,
    read_answer,
    read_passes,
    read_selection,
)

AID = bytes.fromhex("A000000476D0000111")
WALLET_NAME = b"AndroidPay"
MAX_ANSWER = 32 * 1024
MAX_INFLATED = 64 * 1024
_PROTOCOL = 1


class TapOutcome(Enum):
    """How a conversation ended."""

    OK = "ok"
    NO_WALLET = "no_wallet"
    NO_PASS = "no_pass"  # noqa: S105  a ticket, not a password
    TRY_AGAIN = "try_again"
    USER_MUST_ACT = "user_must_act"
    TERMINAL_ERROR = "terminal_error"
    TOO_MANY_REQUESTS = "too_many_requests"
    NOT_AUTHENTICATED = "not_authenticated"
    UNKNOWN_STATUS = "unknown_status"
    VERSION = "version"
    SESSION = "session"
    SEQUENCE = "sequence"
    MALFORMED = "malformed"
    UNENCRYPTED = "unencrypted"
    WRONG_MAC = "wrong_mac"
    BAD_COMPRESSION = "bad_compression"


_EXACT = {
    0x9001: TapOutcome.NO_PASS,
    0x9406: TapOutcome.TOO_MANY_REQUESTS,
    0x6A82: TapOutcome.NO_WALLET,
}
_BY_SW1 = {
    0x90: TapOutcome.OK,
    0x91: TapOutcome.OK,
    0x92: TapOutcome.TRY_AGAIN,
    0x93: TapOutcome.USER_MUST_ACT,
    0x94: TapOutcome.TERMINAL_ERROR,
    0x95: TapOutcome.NOT_AUTHENTICATED,
}
_BY_BUNDLE = {
    BundleReason.MALFORMED: TapOutcome.MALFORMED,
    BundleReason.UNENCRYPTED: TapOutcome.UNENCRYPTED,
    BundleReason.WRONG_MAC: TapOutcome.WRONG_MAC,
    BundleReason.BAD_COMPRESSION: TapOutcome.BAD_COMPRESSION,
}


@dataclass(frozen=True, slots=True)
class GoogleWallet:
    """What an administrator enters: collector id, its long-term key and that key's version, services asked for."""

    collector_id: int
    key: ec.EllipticCurvePrivateKey = field(repr=False)
    key_version: int = 1
    services: tuple[int, ...] = (0x00,)
    terminal: Terminal = field(default_factory=Terminal)

    def __post_init__(self) -> None:
        """Sign once for nothing: what is loaded for the first signature (35 ms seen) is no wait of the first guest."""
        sign(self.key, b"")


@dataclass(frozen=True, slots=True)
class SmartTapReading:
    """Outcome of one tap; `passes` is not empty exactly when the outcome is OK."""

    outcome: TapOutcome
    passes: tuple[SmartTapPass, ...] = ()
    status: int = 0


class _Ended(Exception):
    """The conversation is over for this reason."""

    def __init__(self, outcome: TapOutcome, status: int = 0) -> None:
        super().__init__(outcome.value)
        self.reading = SmartTapReading(outcome, (), status)


def outcome_of(status: int) -> TapOutcome:
    """What a status word means; Google tells them apart by the first byte."""
    return _EXACT.get(status) or _BY_SW1.get(status >> 8, TapOutcome.UNKNOWN_STATUS)


def is_google(ose: Answer) -> bool:
    """Whether the answer to SELECT OSE.VAS.01 comes from Google Wallet."""
    try:
        return ose.ok and ber.find(ose.data, 0x6F, 0x50) == WALLET_NAME
    except ber.BadTlv:
        return False


def read_passes_from(
    transmit: Transmit, wallet: GoogleWallet, ose: Answer, random: Callable[[int], bytes] = os.urandom
) -> SmartTapReading:
    """The whole conversation after `select_ose`. Raises TapBroken when the phone leaves."""
    try:
        nonce = _select(transmit, ose)
        keys, session = _negotiate(transmit, wallet, nonce, random)
        return _get_data(transmit, wallet, keys, session)
    except _Ended as end:
        return end.reading
    except (BadNdef, ValueError):  # ValueError: a device key that is no point of the curve
        return SmartTapReading(TapOutcome.MALFORMED)


def _select(transmit: Transmit, ose: Answer) -> bytes:
    """Select the applet; the device's nonce."""
    data = _data_of(ask(transmit, select_name(AID)))
    versions, nonce = read_selection(data)
    if _PROTOCOL not in versions:
        raise _Ended(TapOutcome.VERSION)
    nonce = nonce or _ose_nonce(ose)
    if nonce is None:
        raise _Ended(TapOutcome.MALFORMED)
    return nonce


def _ose_nonce(ose: Answer) -> bytes | None:
    try:
        nonce = ber.find(ose.data, 0x6F, 0xC2)
    except ber.BadTlv:
        return None
    return nonce if nonce and len(nonce) == 32 else None


def _negotiate(
    transmit: Transmit, wallet: GoogleWallet, device_nonce: bytes, random: Callable[[int], bytes]
) -> tuple[SessionKeys, Session]:
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    point, nonce, cid = point_of(ephemeral.public_key()), random(32), collector_bytes(wallet.collector_id)
    blob = signed_blob(nonce, device_nonce, cid, point)
    signature = sign(wallet.key, blob)
    asked = Session(random(8), 0)
    apdu = negotiate_command(asked, nonce, point, wallet.key_version, signature, cid)
    answer, device_point = read_answer(_data_of(ask(transmit, apdu)), b"nrs", b"dpk", MAX_ANSWER)
    _check_session(asked, answer)
    if device_point is None or len(device_point) != 33:
        raise _Ended(TapOutcome.MALFORMED)
    # Starts at 0 and goes on with the phone's number plus one, as Google's sample does.
    return session_keys(ephemeral, device_point, blob, signature), Session(asked.id, answer.sequence + 1)


def _get_data(transmit: Transmit, wallet: GoogleWallet, keys: SessionKeys, asked: Session) -> SmartTapReading:
    cid = collector_bytes(wallet.collector_id)
    answer = ask(transmit, get_data_command(asked, cid, wallet.services, wallet.terminal))
    data = _all_chunks(transmit, answer)
    session, bundle = read_answer(data, b"srs", b"reb", MAX_ANSWER)
    _check_session(asked, session)
    if bundle is None:
        return SmartTapReading(TapOutcome.NO_PASS)
    plain = open_bundle(bundle, keys)
    if isinstance(plain, BundleReason):
        return SmartTapReading(_BY_BUNDLE[plain])
    passes = tuple(read_passes(plain, MAX_INFLATED))
    return SmartTapReading(TapOutcome.OK if passes else TapOutcome.NO_PASS, passes)


def _all_chunks(transmit: Transmit, answer: Answer) -> bytes:
    """The answer and what follows it as long as the phone says 9100; bounded, and each chunk must bring bytes."""
    data = _data_of(answer)
    while answer.sw == 0x9100:
        answer = ask(transmit, MORE_DATA)
        chunk = _data_of(answer)
        data += chunk
        if not chunk or len(data) > MAX_ANSWER:
            raise _Ended(TapOutcome.MALFORMED)
    return data


def _data_of(answer: Answer) -> bytes:
    outcome = outcome_of(answer.sw)
    if outcome is not TapOutcome.OK:
        raise _Ended(outcome, answer.sw)
    return answer.data


def _check_session(asked: Session, answer: Session) -> None:
    if answer.status != STATUS_OK:
        raise _Ended(TapOutcome.SESSION, answer.status)
    if answer.sequence < asked.sequence:
        raise _Ended(TapOutcome.SEQUENCE)
