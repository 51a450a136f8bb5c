"""NDEF tags: type 2 (pages), type 3 (FeliCa), type 4 (files), NTAG 424 DNA (a new URL each time), type B."""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from hardware.ndef import Record, encode
from hardware.sun import short_mac

NDEF_AID = bytes.fromhex("D2760000850101")
SUN_UID = bytes.fromhex("04DE5F1EACC040")
IDM = bytes.fromhex("0201020304050607")
PUPI = bytes.fromhex("50515253")


def text(value, language="en"):
    code = language.encode()
    return encode([Record(1, b"T", bytes([len(code)]) + code + value.encode())])


def uri(value, code=0):
    return encode([Record(1, b"U", bytes([code]) + value.encode())])


class Type2Tag:
    """Pages of four bytes, read four at a time. Knows READ and nothing else."""

    def __init__(self, message, *, size=0x12, before=b""):
        length = bytes([len(message)]) if len(message) < 255 else b"\xff" + len(message).to_bytes(2, "big")
        area = before + b"\x03" + length + message + b"\xfe"
        room = max(size * 8, len(area) + 8)
        self.memory = bytearray(12) + bytes([0xE1, 0x10, min(255, -(-room // 8)), 0x00]) + area.ljust(room, b"\0")
        self.reads = 0

    def field_off(self):
        pass

    def receive(self, frame):
        if len(frame) != 2 or frame[0] != 0x30:
            return None
        self.reads += 1
        at = frame[1] * 4
        return bytes(self.memory[at : at + 16]).ljust(16, b"\0") if at < len(self.memory) else b"\x00"


class Type4Tag:
    """The NDEF application: capability container and one file. `message` may be a function, asked at each selection."""

    def __init__(self, message, *, mle=0x3B):
        self.message, self.mle = message, mle
        self._file = None

    def __call__(self, apdu):
        if apdu[:4] == bytes.fromhex("00A40400"):
            self._file = None
            return b"\x90\x00" if apdu[5 : 5 + apdu[4]] == NDEF_AID else b"\x6a\x82"
        if apdu[:4] == bytes.fromhex("00A4000C"):
            return self._select(apdu[5:7])
        if apdu[:2] == b"\x00\xb0" and self._file is not None:
            at, size = int.from_bytes(apdu[2:4], "big"), apdu[4] or 256
            return self._file[at : at + min(size, self.mle)] + b"\x90\x00"
        return b"\x6d\x00"

    def _select(self, file):
        if file == b"\xe1\x03":
            self._file = bytes.fromhex("000F20") + self.mle.to_bytes(2, "big") + bytes.fromhex("00340406E10410000000")
        elif file == b"\xe1\x04":
            message = self.message() if callable(self.message) else self.message
            self._file = len(message).to_bytes(2, "big") + message
        else:
            return b"\x6a\x82"
        return b"\x90\x00"


class SunTag(Type4Tag):
    """NTAG 424 DNA with encrypted UID and counter in its URL."""

    def __init__(self, base, uid=SUN_UID, meta=bytes(16), file=bytes(16)):
        super().__init__(self.next_message)
        self.base, self.uid, self.meta, self.file, self.counter, self.rising = base, uid, meta, file, 0, True

    def next_message(self):
        self.counter += self.rising
        return uri(self.base + sun_query(self.uid, self.counter, self.meta, self.file))


def sun_query(uid, counter, meta=bytes(16), file=bytes(16)):
    count = counter.to_bytes(3, "little")
    encryptor = Cipher(algorithms.AES(meta), modes.CBC(bytes(16))).encryptor()
    sealed = encryptor.update(b"\xc7" + uid + count + b"\xda\x5c\xf6\x09\x41") + encryptor.finalize()
    return f"?e={sealed.hex().upper()}&c={short_mac(file, uid, count).hex().upper()}"


class Type3Tag:
    """FeliCa with NDEF: polling, and READ WITHOUT ENCRYPTION of service 000B."""

    def __init__(self, message, idm=IDM):
        blocks = -(-len(message) // 16)
        head = bytes([0x10, 4, 1]) + max(blocks, 1).to_bytes(2, "big") + bytes(6) + len(message).to_bytes(3, "big")
        self.blocks = [head + sum(head).to_bytes(2, "big")]
        self.blocks += [message[i : i + 16].ljust(16, b"\0") for i in range(0, len(message), 16)]
        self.idm, self.present = idm, True

    def field_off(self):
        pass

    def answer(self, technology, frame):
        if not self.present or technology != "212F" or len(frame) < 2 or frame[0] != len(frame):
            return None
        if frame[1] == 0x00:
            return bytes([20, 0x01]) + self.idm + b"\x01\x20\x22\x04\x27\x67\x4e\xff" + b"\x12\xfc"
        if frame[1] == 0x06 and frame[2:10] == self.idm:
            return self._read(frame)
        return None

    def _read(self, frame):
        wanted = []
        at = 14
        for _ in range(frame[13]):
            wide = frame[at] & 0x80
            wanted.append(frame[at + 1] if wide else int.from_bytes(frame[at + 1 : at + 3], "little"))
            at += 2 if wide else 3
        if any(n >= len(self.blocks) for n in wanted):
            return bytes([12, 0x07]) + self.idm + b"\x01\xa8"
        data = b"".join(self.blocks[n] for n in wanted)
        return bytes([13 + len(data), 0x07]) + self.idm + b"\x00\x00" + bytes([len(wanted)]) + data


class TypeBCard:
    """ISO-DEP over type B: SENSB, ATTRIB, then the inner card's blocks."""

    def __init__(self, iso_dep, pupi=PUPI):
        self.iso_dep, self.pupi, self.present, self._active = iso_dep, pupi, True, False

    def field_off(self):
        self._active = False
        self.iso_dep.field_off()

    def answer(self, technology, frame):
        if not self.present or technology != "106B":
            return None
        if frame[:1] == b"\x05" and len(frame) == 3:
            return b"\x50" + self.pupi + bytes(4) + bytes.fromhex("008171")
        if frame[:1] == b"\x1d" and frame[1:5] == self.pupi:
            self._active = True
            self.iso_dep.receive(b"\xe0\x80")
            return b"\x00"
        return self.iso_dep.receive(frame) if self._active else None
