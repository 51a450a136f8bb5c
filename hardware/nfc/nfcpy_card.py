"""A card found by an nfcpy driver, as the port's `Card`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hardware.apdu import TapBroken
from hardware.nfc.errors import LinkGarbled, LinkTimeout, ReaderTrouble
from hardware.nfc.iso_dep import DESELECT, IsoDep, Parameters, parameters, read_ats
from hardware.nfc.port import CardKind

RawExchange = Callable[[Any, bytes, float], bytes]

_ACTIVATION_S = 0.1
_TAG_S = 0.1
_RATS_256, _RATS_128 = bytes.fromhex("E080"), bytes.fromhex("E070")


class NfcpyCard:
    """One found target. ISO-DEP is activated with the first APDU."""

    def __init__(self, exchange: RawExchange, target: Any, technology: str, room: tuple[int, int]) -> None:
        self._raw = exchange
        self._target = target
        self._send_room, self._receive_room = room
        self._iso_dep: IsoDep | None = None
        self.technology = technology
        self.uid = _uid(target, technology)
        self.kind = _kind(target, technology)

    def transmit(self, apdu: bytes) -> bytes:
        """One APDU. Raises TapBroken, ReaderTrouble."""
        if self._iso_dep is None:
            self._iso_dep = IsoDep(self._exchange, self._activate())
        return self._iso_dep(apdu)

    def exchange(self, frame: bytes) -> bytes:
        """One tag frame; silence and noise are an empty answer (a type 2 tag may mean "no" by it)."""
        try:
            return self._exchange(frame, _TAG_S)
        except (LinkTimeout, LinkGarbled):
            return b""

    def deselect(self) -> None:
        """End ISO-DEP; whether the card hears it does not matter."""
        if self._iso_dep is None:
            return
        self._iso_dep = None
        try:
            self._exchange(DESELECT, _ACTIVATION_S)
        except (LinkTimeout, LinkGarbled, ReaderTrouble):
            return

    def _activate(self) -> Parameters:
        try:
            if self.technology == "B":
                return self._attrib()
            wide = self._receive_room >= 256
            card = read_ats(self._exchange(_RATS_256 if wide else _RATS_128, _ACTIVATION_S))
        except (LinkTimeout, LinkGarbled) as error:
            raise TapBroken("the card does not activate") from error
        return Parameters(min(card.frame_size, self._send_room), card.waiting_time)

    def _attrib(self) -> Parameters:
        size = 0x08 if self._receive_room >= 256 else 0x07
        self._exchange(b"\x1d" + self.uid + bytes([0x00, size, 0x01, 0x00]), _ACTIVATION_S)
        told = bytes(self._target.sensb_res)
        card = parameters(told[10] >> 4, told[11] >> 4)
        return Parameters(min(card.frame_size, self._send_room), card.waiting_time)

    def _exchange(self, frame: bytes, timeout: float) -> bytes:
        return self._raw(self._target, frame, timeout)


def _uid(target: Any, technology: str) -> bytes:
    if technology == "A":
        return bytes(target.sdd_res or b"")
    if technology == "B":
        return bytes(target.sensb_res[1:5])
    return bytes(target.sensf_res[1:9])


def _kind(target: Any, technology: str) -> CardKind:
    if technology == "B":
        return CardKind.ISO_DEP if len(target.sensb_res) >= 12 else CardKind.OTHER
    if technology == "F":
        return CardKind.TYPE_3
    sak = target.sel_res[0] if target.sel_res else None
    if sak is None:
        return CardKind.OTHER  # type 1 (Topaz): nobody hands those out any more
    if sak & 0x20:
        return CardKind.ISO_DEP  # phones answer 0x20 or 0x60: bit 0x40 (peer to peer) must not hide them
    # Bit 0x08: MIFARE Classic, which answers no READ before it is authenticated; waiting for it costs a guest's time.
    return CardKind.TYPE_2 if not sak & (0x40 | 0x08) else CardKind.OTHER
