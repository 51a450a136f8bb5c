"""The reader's side of ISO/IEC 14443-4 (ISO-DEP): activation parameters, chaining, waiting-time extension, repeats.

Own code because nfcpy's indexes past short ATS, breaks on a waiting-time extension inside a chained answer, and has no
bound on how long or how much a card may answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from hardware.apdu import TapBroken
from hardware.nfc.errors import LinkGarbled, LinkTimeout

Exchange = Callable[[bytes, float], bytes]

DESELECT = b"\xc2"
MAX_ANSWER = 64 * 1024
# A hostile or broken card may ask for more time without end; a guest would have left long before.
MAX_APDU_S = 6.0
_CARRIER_HZ = 13.56e6
_FRAME_SIZES = (16, 24, 32, 40, 48, 64, 96, 128, 256)
_DEFAULT_FSCI, _DEFAULT_FWI = 2, 4
_REPEATS = 3


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a card said on activation: frame size it takes (with header and CRC), frame waiting time in seconds."""

    frame_size: int
    waiting_time: float


def parameters(fsci: int, fwi: int) -> Parameters:
    """From the two coded integers; reserved values are taken as the standard says."""
    return Parameters(_FRAME_SIZES[min(fsci, 8)], 4096 / _CARRIER_HZ * 2 ** (fwi if fwi <= 14 else _DEFAULT_FWI))


def read_ats(ats: bytes) -> Parameters:
    """The answer to select; every interface byte may be missing. Raises TapBroken when it is no ATS at all."""
    if not ats or not 1 <= ats[0] <= len(ats):
        raise TapBroken("malformed answer to select")
    if ats[0] == 1:
        return parameters(_DEFAULT_FSCI, _DEFAULT_FWI)
    form, at = ats[1], 2 + bool(ats[1] & 0x10)  # TA(1), if there, comes before TB(1)
    fwi = ats[at] >> 4 if form & 0x20 and at < ats[0] else _DEFAULT_FWI
    return parameters(form & 0x0F, fwi)


class IsoDep:
    """A `Transmit` over a block exchange. Raises TapBroken; the exchange's LinkTimeout and LinkGarbled stay inside."""

    def __init__(self, exchange: Exchange, card: Parameters, clock: Callable[[], float] = time.monotonic) -> None:
        self._exchange = exchange
        self._room = card.frame_size - 3  # one byte of header, two of CRC
        self._wait = card.waiting_time + 49152 / _CARRIER_HZ
        self._clock = clock
        self._number = 0
        self._deadline = 0.0

    def __call__(self, apdu: bytes) -> bytes:
        """Send one APDU in as many blocks as it takes; the whole answer."""
        self._deadline = self._clock() + MAX_APDU_S
        block = b""
        for at in range(0, len(apdu), self._room):
            more = at + self._room < len(apdu)
            block = self._send(bytes([0x02 | more << 4 | self._number]) + apdu[at : at + self._room])
            self._check(block, acknowledge=more)
        return self._collect(block)

    def _collect(self, block: bytes) -> bytes:
        answer = block[1:]
        while block[0] & 0x10:
            block = self._send(bytes([0xA2 | self._number]))
            self._check(block, acknowledge=False)
            answer += block[1:]
            if len(answer) > MAX_ANSWER:
                raise TapBroken("answer too long")
        return answer

    def _check(self, block: bytes, *, acknowledge: bool) -> None:
        """An R(ACK) where one is due, an I-block otherwise, with our block number; then turn the number."""
        expected = (0xA2 if acknowledge else 0x02) | self._number
        if block[0] & (0xFF if acknowledge else 0xEF) != expected:
            raise TapBroken(f"block {block[0]:02x} out of place")
        self._number ^= 1

    def _send(self, block: bytes) -> bytes:
        """One block out, one block back, through repeats and waiting-time extensions."""
        outgoing, wait = block, self._wait
        for _ in range(_REPEATS):
            answer = self._once(outgoing, wait)
            while answer and answer[0] & 0xFE == 0xF2 and len(answer) > 1:
                answer = self._once(answer[:1] + bytes([answer[1] & 0x3F]), self._wait * max(1, answer[1] & 0x3F))
            if not answer:
                # Say it again: by R(NAK), or while the card is chaining by the same R(ACK) once more.
                outgoing = block if block[0] & 0xF6 == 0xA2 else bytes([0xB2 | self._number])
            elif answer[0] & 0xE6 == 0xA2 and answer[0] & 1 != self._number:
                outgoing = block  # the card never got it
            else:
                return answer
        raise TapBroken("the card does not answer")

    def _once(self, block: bytes, wait: float) -> bytes:
        """The answer, or nothing when it did not come or came garbled."""
        left = self._deadline - self._clock()
        if left <= 0:
            raise TapBroken("the card takes too long")
        try:
            return self._exchange(block, min(wait, left))
        except (LinkTimeout, LinkGarbled):
            return b""
