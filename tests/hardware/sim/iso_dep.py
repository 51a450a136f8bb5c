"""A card's side of ISO/IEC 14443-4: chaining both ways, waiting-time extension, repeats, deselect."""

from collections.abc import Callable

Apdus = Callable[[bytes], bytes]

ATS_USUAL = bytes.fromhex("0578807002")
WTX = bytes([0xF2, 0x01])


class IsoDepCard:
    """Answers blocks for an APDU handler. `wtx` blocks come before each answer, `wtx_in_chain` between its parts."""

    def __init__(self, apdus, *, ats=ATS_USUAL, block=61, wtx=0, wtx_in_chain=False, garble=None, on_field_off=None):
        self.apdus: Apdus = apdus
        self.ats, self.block, self.wtx, self.wtx_in_chain = ats, block, wtx, wtx_in_chain
        self.garble = garble or (lambda frame: frame)
        self.commands: list[bytes] = []
        self.deselected = 0
        self.on_field_off = on_field_off
        self._clear()

    def _clear(self):
        self._active, self._partial, self._parts, self._last, self._pending, self._number = False, b"", [], b"", [], 1

    def field_off(self):
        self._clear()
        if self.on_field_off:
            self.on_field_off()

    def receive(self, frame: bytes) -> bytes | None:
        answer = self._receive(frame)
        self._last = answer or self._last
        return None if answer is None else self.garble(answer)

    def _receive(self, frame):
        if frame[:1] == b"\xe0":
            self._active = True
            return self.ats
        if not self._active or not frame:
            return None
        pcb = frame[0]
        if pcb & 0xE2 == 0x02:
            return self._information(pcb, frame[1:])
        if pcb & 0xE6 == 0xA2:
            return self._acknowledge(pcb)
        if pcb & 0xF7 == 0xC2:
            self.deselected += 1
            self._clear()
            return frame
        return self._pending.pop(0) if frame[:2] == WTX and self._pending else None

    def _information(self, pcb, body):
        self._number ^= 1
        self._partial += body
        if pcb & 0x10:
            return bytes([0xA2 | self._number])
        command, self._partial = self._partial, b""
        self.commands.append(command)
        answer = self.apdus(command)
        self._parts = [answer[i : i + self.block] for i in range(0, len(answer), self.block)] or [b""]
        return self._next(waits=self.wtx)

    def _acknowledge(self, pcb):
        """Rules 11 and 12 of ISO/IEC 14443-4: our number means "again"; the other "go on", or for NAK "not heard"."""
        if pcb & 1 == self._number:
            return self._last or None
        if pcb & 0x10 or not self._parts:
            return bytes([0xA2 | self._number])
        self._number ^= 1
        return self._next(waits=1 if self.wtx_in_chain else 0)

    def _next(self, waits):
        part = self._parts.pop(0)
        block = bytes([0x02 | self._number | (0x10 if self._parts else 0)]) + part
        if not waits:
            return block
        self._pending = [WTX] * (waits - 1) + [block]
        return WTX
