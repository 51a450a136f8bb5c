"""A PN532 at host-command level with a card in front of it, so that nfcpy's own drivers run.

Three ways in: an object in place of nfcpy's transport, a pseudo-terminal, and the CCID wrapping of an ACR122U. Models
what the drivers rely on: whole-byte or 7-bit sending, CRC on or off in each direction, the field, and time-outs.
"""

import errno
import os
import struct
import threading
import tty
from functools import reduce
from operator import xor

from hardware.crc_a import crc_a

ACK = bytes.fromhex("0000FF00FF00")
BIT_FRAMING, TX_MODE, RX_MODE, TX_CONTROL, FIFO = 0x633D, 0x6302, 0x6303, 0x6304, 0x6339
CRC_ON = 0x80
TIME_OUT = b"\x01"


class Pn532:
    """The chip: one host command in, its answer's data out."""

    def __init__(self, card=None):
        self.card = card
        self.registers = {TX_CONTROL: 0x80, FIFO: 0x00}
        self.commands: list[int] = []
        self.mute = False

    def command(self, code, data):
        """Answer data, or None for an error frame."""
        self.commands.append(code)
        handler = {
            0x00: lambda d: d if d[:1] == b"\x00" else b"\x00",
            0x02: lambda _: bytes.fromhex("32010607"),
            0x06: self._read_registers,
            0x08: self._write_registers,
            0x10: lambda _: b"",
            0x12: lambda _: b"",
            0x14: lambda _: b"",
            0x16: lambda _: b"\x00",
            0x32: self._configure,
            0x42: self._communicate,
            0x4A: self._list_passive_target,
        }.get(code)
        return handler(bytes(data)) if handler else None

    def _read_registers(self, data):
        return bytes(self.registers.get(a, 0) for (a,) in struct.iter_unpack(">H", data))

    def _write_registers(self, data):
        self.registers.update(dict(struct.iter_unpack(">HB", data)))
        return b""

    def _configure(self, data):
        if data[0] == 0x01:
            self._field(on=bool(data[1] & 1))
        return b""

    def _field(self, *, on):
        self.registers[TX_CONTROL] = 0x83 if on else 0x80
        if not on and self.card:
            self.card.field_off()

    def _on_air(self, technology, frame):
        return self.card.answer(technology, frame) if self.card else None

    def _list_passive_target(self, data):
        self._field(on=True)
        found = {0: self._find_a, 1: self._find_f, 3: self._find_b}.get(data[1], lambda _: None)(data[2:])
        if found is None:
            # The search ended with a short frame: seven bits of the last byte, no CRC either way.
            self.registers.update({BIT_FRAMING: 0x07, TX_MODE: 0x00, RX_MODE: 0x00, FIFO: 0x26})
            return b"\x00"
        framing = {0: 0x00, 1: 0x92, 3: 0x03}[data[1]]
        self.registers.update({BIT_FRAMING: 0x00, TX_MODE: CRC_ON | framing, RX_MODE: CRC_ON | framing})
        return b"\x01\x01" + found

    def _find_a(self, _):
        atqa = self._on_air("106A", b"\x26")
        if atqa is None:
            return None
        uid = b""
        for level in b"\x93\x95\x97":
            part = self._on_air("106A", bytes([level, 0x20]))
            if part is None or reduce(xor, part):
                return None
            sak = self._on_air("106A", bytes([level, 0x70]) + part)
            if sak is None:
                return None
            if not sak[0] & 0x04:
                uid += part[:4]
                return atqa[::-1] + sak + bytes([len(uid)]) + uid
            uid += part[1:4]
        return None

    def _find_f(self, request):
        frame = self._on_air("212F", bytes([len(request) + 1]) + request)
        return frame or None

    def _find_b(self, _):
        sensb = self._on_air("106B", b"\x05\x00\x00")
        if sensb is None:
            return None
        self._on_air("106B", b"\x1d" + sensb[1:5] + b"\x00\x08\x01\x01")  # the firmware activates at once, with a DID
        return sensb + b"\x01\x01"

    def _communicate(self, frame):
        if self.registers.get(BIT_FRAMING, 0) & 0x07:
            return TIME_OUT  # the last byte went out with a bit missing: nobody understands that
        mode = self.registers.get(TX_MODE, 0)
        technology = {0x00: "106A", 0x02: "212F", 0x03: "106B"}[mode & 0x03]
        if technology != "106A":
            answer = self._on_air(technology, frame)
            return TIME_OUT if answer is None else b"\x00" + answer
        air = frame + crc_a(frame) if mode & CRC_ON else frame
        answer = self._on_air("106A", air) if air[:1] == b"\x6a" else self._without_crc(air)
        if answer is None:
            return TIME_OUT
        return b"\x00" + answer + (b"" if self.registers.get(RX_MODE, 0) & CRC_ON or len(answer) < 2 else crc_a(answer))

    def _without_crc(self, air):
        return self._on_air("106A", air[:-2]) if air[-2:] == crc_a(air[:-2]) else None


class HostFraming:
    """PN532 frames over a byte stream: bytes in, list of frames out."""

    def __init__(self, chip):
        self.chip = chip
        self._buffer = b""

    def feed(self, data):
        self._buffer += data
        frames = []
        while (found := self._take()) is not None:
            frames += found
        return frames

    def _take(self):
        start = self._buffer.find(b"\x00\xff")
        if start < 0 or len(self._buffer) < start + 5:
            return None
        head = self._buffer[start + 2 : start + 7]
        if head[:2] == b"\x00\xff":
            self._buffer = self._buffer[start + 4 :]
            return []  # an ACK from the host: nothing is under way that it could cancel
        wide = head[:2] == b"\xff\xff"
        if wide and len(head) < 5:
            return None
        size, at = (int.from_bytes(head[2:4], "big"), start + 7) if wide else (head[0], start + 4)
        if len(self._buffer) < at + size + 1:
            return None
        body, self._buffer = self._buffer[at : at + size], self._buffer[at + size + 1 :]
        return self._answer(body)

    def _answer(self, body):
        if self.chip.mute:
            return []
        data = self.chip.command(body[1], body[2:])
        return [ACK, host_frame(b"\x7f" if data is None else bytes([0xD5, body[1] + 1]) + data)]


def host_frame(body):
    size = len(body)
    if size < 256:
        head = bytes([size, -size & 0xFF])
    else:
        wide = size.to_bytes(2, "big")
        head = b"\xff\xff" + wide + bytes([-sum(wide) & 0xFF])
    return b"\x00\x00\xff" + head + body + bytes([-sum(body) & 0xFF, 0])


class ObjectTransport:
    """In place of nfcpy's USB transport."""

    TYPE = "USB"
    manufacturer_name, product_name = "Simulated", "PN532 reader"

    def __init__(self, chip):
        self._host = HostFraming(chip)
        self._frames = []
        self.closed = self.unplugged = False

    def write(self, frame, timeout=0):
        if self.unplugged:
            raise OSError(errno.ENODEV, "unplugged")
        self._frames += self._host.feed(bytes(frame))

    def read(self, timeout=0):
        if self.unplugged:
            raise OSError(errno.ENODEV, "unplugged")
        if not self._frames:
            raise OSError(errno.ETIMEDOUT, "nothing")
        return bytearray(self._frames.pop(0))

    def close(self):
        self.closed = True


class Acr122uTransport(ObjectTransport):
    """CCID around the chip, as an ACR122U does it: escape pseudo-APDUs with the host command inside."""

    product_name = "ACR122U PICC"

    def __init__(self, chip):
        super().__init__(chip)
        self.chip = chip
        self.escapes = []

    def write(self, frame, timeout=0):
        if self.unplugged:
            raise OSError(errno.ENODEV, "unplugged")
        frame = bytes(frame)
        size = int.from_bytes(frame[1:5], "little")
        assert len(frame) == 10 + size
        answer = b"" if frame[0] == 0x62 else self._escape(frame[10:])
        self._frames = [b"\x80" + len(answer).to_bytes(4, "little") + bytes(5) + answer]

    def _escape(self, apdu):
        self.escapes.append(apdu)
        if apdu == bytes.fromhex("FF00480000"):
            return b"ACR122U215"
        if apdu[:4] == bytes.fromhex("FF000000"):
            body = apdu[5:]
            data = self.chip.command(body[1], body[2:])
            return b"\x63\x00" if data is None else bytes([0xD5, body[1] + 1]) + data + b"\x90\x00"
        return b"\x90\x00"


class PtyPn532:
    """The chip behind a pseudo-terminal: `port` is what pyserial opens."""

    def __init__(self, chip):
        self._host = HostFraming(chip)
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self._thread = threading.Thread(target=self._serve, name="pty-pn532")

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        os.write(self._slave, b"END")
        self._thread.join(5)
        os.close(self._slave)
        os.close(self._master)

    def _serve(self):
        while True:
            try:
                data = os.read(self._master, 4096)
            except OSError:
                return
            if data.endswith(b"END"):
                return
            for frame in self._host.feed(data):
                os.write(self._master, frame)
