"""Which questions a card is asked, in which order, and what of its answers may count. Knows no reader and no thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hardware.apdu import Answer, TapBroken
from hardware.apple_vas import AppleWallet, VasOutcome, VasReading, is_apple, read_pass, select_ose
from hardware.ndef import BadNdef, decode
from hardware.ndef_text import NdefReason, NdefValue, read_message, uri_of
from hardware.nfc.port import Card, CardKind
from hardware.nfc.tag_files import read_type_2, read_type_3, read_type_4
from hardware.nfc.tap import Refusal, Refused, Tap
from hardware.nfc.uid import UidReason, judge_uid
from hardware.smart_tap import GoogleWallet, SmartTapReading, TapOutcome, is_google, read_passes_from
from hardware.sun import SunKeys, SunReason, check, sun_parameters
from hardware.vas_memory import Freshness, VasMemory

MAX_TAP_S = 8.0
"""Seconds for all that a card is asked. Each single answer has its own, shorter deadline."""
MOST_OTHERS = 7  # further passes taken from one tap: a family's, not a collection

_VAS_REFUSALS = {
    VasOutcome.NO_PASS: Refusal.NO_PASS,
    VasOutcome.LOCKED: Refusal.LOCKED,
    VasOutcome.USER_MUST_CHOOSE: Refusal.MUST_CHOOSE,
    VasOutcome.UNKNOWN_KEY: Refusal.UNKNOWN_KEY,
    VasOutcome.MALFORMED: Refusal.UNREADABLE,
    VasOutcome.UNDECRYPTABLE: Refusal.UNREADABLE,
}
_TAP_REFUSALS = {
    TapOutcome.NO_PASS: Refusal.NO_PASS,
    TapOutcome.TRY_AGAIN: Refusal.TRY_AGAIN,
    TapOutcome.USER_MUST_ACT: Refusal.MUST_CHOOSE,
    TapOutcome.NOT_AUTHENTICATED: Refusal.NOT_AUTHENTICATED,
    TapOutcome.UNENCRYPTED: Refusal.UNENCRYPTED,
    TapOutcome.MALFORMED: Refusal.UNREADABLE,
    TapOutcome.WRONG_MAC: Refusal.UNREADABLE,
    TapOutcome.BAD_COMPRESSION: Refusal.UNREADABLE,
}
_NDEF_REFUSALS = {
    NdefReason.FOREIGN_URI: Refusal.FOREIGN_URI,
    NdefReason.HOSTILE_CHARACTERS: Refusal.HOSTILE_CHARACTERS,
}
_UID_REFUSALS = {
    UidReason.NOT_ALLOWED: Refusal.UID_NOT_ALLOWED,
    UidReason.RANDOM: Refusal.UID_RANDOM,
    UidReason.FAKE: Refusal.UID_FAKE,
    UidReason.NOT_UNIQUE: Refusal.UID_NOT_UNIQUE,
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the administrator lets count. Wallets are off without keys; UIDs and URIs without being named.

    `ndef_prefixes`: own URI prefixes; None takes any URI whole, for looking at tags rather than admitting guests.
    """

    apple: AppleWallet | None = None
    google: GoogleWallet | None = None
    ndef_prefixes: Sequence[str] | None = ()
    uid_opt_in: bool = False
    sun_keys: SunKeys | None = None
    vas_memory: VasMemory = field(default_factory=VasMemory)
    clock: Callable[[], float] = time.time


class _Hurried:
    """A card that must have said everything in time: one that answers byte by byte would keep the next guest out."""

    def __init__(self, card: Card, ticks: Callable[[], float]) -> None:
        self._card, self._ticks = card, ticks
        self._until = ticks() + MAX_TAP_S
        self.kind, self.technology, self.uid = card.kind, card.technology, card.uid

    def transmit(self, apdu: bytes) -> bytes:
        """See Card."""
        self._in_time()
        return self._card.transmit(apdu)

    def exchange(self, frame: bytes) -> bytes:
        """See Card."""
        self._in_time()
        return self._card.exchange(frame)

    def _in_time(self) -> None:
        if self._ticks() > self._until:
            raise TapBroken("the card takes too long")


def converse(card: Card, accepted: Accepted, ticks: Callable[[], float] = time.monotonic) -> Tap | Refused:
    """Ask a card for all it may tell, best evidence first, within MAX_TAP_S. Raises TapBroken and ReaderTrouble."""
    return _all_of(_Hurried(card, ticks), accepted)


def _all_of(card: Card, accepted: Accepted) -> Tap | Refused:
    if card.kind is CardKind.ISO_DEP and (accepted.apple or accepted.google):
        ose = select_ose(card.transmit)
        if is_apple(ose):
            return _from_apple(card, accepted)
        if is_google(ose):
            return _from_google(card, accepted, ose)
    message = _message(card)
    if message is not None:
        found = _from_ndef(message, accepted)
        if found is not None:
            return found
    return _from_uid(card, accepted)


def _from_apple(card: Card, accepted: Accepted) -> Tap | Refused:
    if accepted.apple is None:
        return Refused(Refusal.WALLET_OFF, "apple")
    reading = read_pass(card.transmit, accepted.apple)
    opened = reading.opened
    if opened is None:
        reason = _VAS_REFUSALS.get(reading.outcome, Refusal.WALLET_REFUSES)
        return Refused(reason, f"apple: {reading.outcome.value}")
    fresh = accepted.vas_memory.judge(reading.cryptogram, opened.phone_time, accepted.clock())
    if fresh is not Freshness.FRESH:
        return Refused(Refusal.STALE if fresh is Freshness.STALE else Refusal.REPLAYED, "apple")
    return Tap("vas", opened.message, "wallet", detail=_vas_detail(reading, opened.phone_time, opened.key_id))


def _vas_detail(reading: VasReading, phone_time: int, key_id: bytes) -> dict[str, str]:
    return {"pass_type_id": reading.pass_type_id, "key_id": key_id.hex(), "phone_time": str(phone_time)}


def _from_google(card: Card, accepted: Accepted, ose: Answer) -> Tap | Refused:
    if accepted.google is None:
        return Refused(Refusal.WALLET_OFF, "google")
    reading: SmartTapReading = read_passes_from(card.transmit, accepted.google, ose)
    if reading.outcome is not TapOutcome.OK:
        reason = _TAP_REFUSALS.get(reading.outcome, Refusal.WALLET_REFUSES)
        return Refused(reason, f"google: {reading.outcome.value} {reading.status:04x}")
    first = reading.passes[0]
    detail = {"object": first.kind, "object_id": first.object_id.hex(), "passes": str(len(reading.passes))}
    values = dict.fromkeys(one.value for one in reading.passes)
    others = tuple(value for value in values if value != first.value)[:MOST_OTHERS]
    return Tap("smart_tap", first.value, "wallet", detail=detail, others=others)


def _message(card: Card) -> bytes | None:
    if card.kind is CardKind.ISO_DEP:
        return read_type_4(card.transmit)
    if card.kind is CardKind.TYPE_2:
        return read_type_2(card.exchange)
    return read_type_3(card.exchange) if card.kind is CardKind.TYPE_3 else None


def _from_ndef(message: bytes, accepted: Accepted) -> Tap | Refused | None:
    """The tag's tap or refusal; None when its message holds neither text nor URI (then its UID may still serve)."""
    found = read_message(message, accepted.ndef_prefixes)
    if isinstance(found, NdefReason):
        reason = _NDEF_REFUSALS.get(found)
        return Refused(reason, "ndef") if reason else None
    if found.kind == "ndef_uri" and accepted.sun_keys:
        sun = _from_sun(message, accepted.sun_keys)
        if sun is not None:
            return sun
    return _ndef_tap(found)


def _ndef_tap(found: NdefValue) -> Tap:
    return Tap(found.kind, found.value, "tag")


def _from_sun(message: bytes, keys: SunKeys) -> Tap | Refused | None:
    """A proven message of an NTAG 424 DNA; a wrong one is refused, never taken as a plain URI."""
    parameters = sun_parameters(_first_uri(message) or "")
    if parameters is None:
        return None
    read = check(*parameters, keys)
    if isinstance(read, SunReason):
        replayed = read is SunReason.COUNTER_NOT_RISING
        return Refused(Refusal.REPLAYED if replayed else Refusal.FORGED, f"sun: {read.value}")
    return Tap("sun", read.uid.hex().upper(), "sun", detail={"counter": str(read.counter)})


def _first_uri(message: bytes) -> str | None:
    try:
        return next((u for u in map(uri_of, decode(message)) if u), None)
    except (BadNdef, ValueError):
        return None


def _from_uid(card: Card, accepted: Accepted) -> Tap | Refused:
    judged = judge_uid(card.uid, card.technology, opt_in=accepted.uid_opt_in)
    if isinstance(judged, UidReason):
        return Refused(_UID_REFUSALS[judged], f"{card.kind.value}, uid of {len(card.uid)} bytes")
    return Tap("uid", judged, "uid", detail={"technology": card.technology})
