"""A type A card's activation: REQA, anticollision of 4, 7 and 10 byte UIDs, SAK, and Apple's wake-up frame."""

from functools import reduce
from operator import xor

from hardware.crc_a import crc_a

ECP = bytes.fromhex("6A01000002")
RANDOM_UID = bytes.fromhex("08A1B2C3")


def _bcc(part):
    return part + bytes([reduce(xor, part)])


def cascade(uid):
    """The anticollision answers of each level."""
    if len(uid) == 4:
        return [_bcc(uid)]
    if len(uid) == 7:
        return [_bcc(b"\x88" + uid[:3]), _bcc(uid[3:])]
    return [_bcc(b"\x88" + uid[:3]), _bcc(b"\x88" + uid[3:6]), _bcc(uid[6:])]


class TypeACard:
    """`inner` answers once selected (`receive`, `field_off`). With `needs_ecp` silent until a right ECP frame came."""

    def __init__(self, inner, *, uid=RANDOM_UID, sak=0x20, atqa=None, needs_ecp=False, present=True):
        self.inner, self.uid, self.sak, self.needs_ecp, self.present = inner, uid, sak, needs_ecp, present
        self.atqa = atqa or {4: b"\x04\x00", 7: b"\x44\x00", 10: b"\x84\x00"}[len(uid)]
        self.ecp_heard = 0
        self.activations = 0
        self._selected = False

    def field_off(self):
        self._selected = False
        self.inner.field_off()

    def answer(self, technology: str, frame: bytes) -> bytes | None:
        """What goes back on the air, without CRC; None is silence."""
        if not self.present or technology != "106A":
            return None
        if frame[:1] == b"\x6a":
            self._hear_ecp(frame)
            return None
        if frame in (b"\x26", b"\x52"):
            if self._selected:
                self.field_off()
            return None if self.needs_ecp and not self.ecp_heard else self.atqa
        if self._selected:
            return self.inner.receive(frame)
        return self._anticollision(frame)

    def _hear_ecp(self, frame):
        if frame == ECP + crc_a(ECP):
            self.ecp_heard += 1

    def _anticollision(self, frame):
        levels = cascade(self.uid)
        level = {0x93: 0, 0x95: 1, 0x97: 2}.get(frame[0]) if frame else None
        if level is None or level >= len(levels) or len(frame) < 2:
            return None
        if frame[1] == 0x20:
            return levels[level]
        if frame[1] != 0x70 or frame[2:7] != levels[level]:
            return None
        if level + 1 < len(levels):
            return bytes([self.sak | 0x04])
        self._selected = True
        self.activations += 1
        return bytes([self.sak])
