"""The NDEF message of a tag as bytes: type 2 (pages), type 3 (FeliCa), type 4 (files). Bounded, read-only.

Each returns None when the tag holds no readable NDEF message. Raises TapBroken when the tag leaves.
"""

from __future__ import annotations

from hardware.apdu import Transmit, ask, command, select_name
from hardware.ndef import MAX_MESSAGE

NDEF_AID = bytes.fromhex("D2760000850101")
_CAPABILITIES, _CONTROL_TLV = b"\xe1\x03", 0x04
_NULL, _NDEF, _END = 0x00, 0x03, 0xFE
_PAGE, _PAGES_A_READ, _LAST_PAGE = 4, 4, 0xFF


def read_type_4(transmit: Transmit) -> bytes | None:
    """NFC Forum Type 4, mapping version 2 and 3 (short file control TLV)."""
    if not ask(transmit, select_name(NDEF_AID)).ok or not _select_file(transmit, _CAPABILITIES):
        return None
    container = _read_binary(transmit, 0, 15)
    if container is None or len(container) < 15 or container[7] != _CONTROL_TLV or container[13] != 0:
        return None
    most = max(1, min(int.from_bytes(container[3:5], "big"), 255))
    if not _select_file(transmit, container[9:11]):
        return None
    head = _read_binary(transmit, 0, 2)
    size = int.from_bytes(head, "big") if head and len(head) == 2 else 0
    return _read_file(transmit, size, most) if 0 < size <= MAX_MESSAGE else None


def read_type_2(exchange: Transmit) -> bytes | None:
    """NFC Forum Type 2: the first NDEF TLV of the data area."""
    pages = _Pages(exchange)
    container = pages.at(12, 4)
    if container is None or container[0] != 0xE1 or container[3] & 0xF0:
        return None
    at, end = 16, min(16 + container[2] * 8, (_LAST_PAGE + 1) * _PAGE)
    while at < end:
        head = pages.at(at, 4)
        if head is None or head[0] == _END:
            return None
        if head[0] == _NULL:
            at += 1
            continue
        wide = head[1] == 0xFF
        size, start = (int.from_bytes(head[2:4], "big"), at + 4) if wide else (head[1], at + 2)
        if head[0] == _NDEF:
            return pages.at(start, size) if 0 < size <= MAX_MESSAGE and start + size <= end else None
        at = start + size
    return None


def read_type_3(exchange: Transmit) -> bytes | None:
    """NFC Forum Type 3: the NDEF system is polled for, then its attribute block and data are read."""
    found = exchange(bytes.fromhex("060012FC0000"))
    if len(found) < 10 or found[1] != 0x01:
        return None
    idm = found[2:10]
    attributes = _read_blocks(exchange, idm, 0, 1)
    if attributes is None or sum(attributes[:14]) & 0xFFFF != int.from_bytes(attributes[14:16], "big"):
        return None
    at_once, size = max(1, min(attributes[1], 8)), int.from_bytes(attributes[11:14], "big")
    if not 0 < size <= MAX_MESSAGE:
        return None
    data, last = b"", -(-size // 16)
    for first in range(1, last + 1, at_once):
        part = _read_blocks(exchange, idm, first, min(at_once, last + 1 - first))
        if part is None:
            return None
        data += part
    return data[:size]


def _select_file(transmit: Transmit, file: bytes) -> bool:
    return ask(transmit, command(0x00, 0xA4, 0x00, 0x0C, file, le=None)).ok


def _read_binary(transmit: Transmit, at: int, size: int) -> bytes | None:
    answer = ask(transmit, command(0x00, 0xB0, at >> 8, at & 0xFF, le=size))
    return answer.data[:size] if answer.ok else None


def _read_file(transmit: Transmit, size: int, most: int) -> bytes | None:
    data = b""
    while len(data) < size:
        part = _read_binary(transmit, 2 + len(data), min(most, size - len(data)))
        if not part:
            return None
        data += part
    return data


def _read_blocks(exchange: Transmit, idm: bytes, first: int, count: int) -> bytes | None:
    blocks = b"".join(bytes([0x80, n]) for n in range(first, first + count))
    body = b"\x06" + idm + bytes([1, 0x0B, 0x00, count]) + blocks
    answer = exchange(bytes([len(body) + 1]) + body)
    fine = len(answer) == 13 + 16 * count and answer[1] == 0x07 and answer[2:10] == idm and answer[10:12] == b"\0\0"
    return answer[13:] if fine else None


class _Pages:
    """Bytes of a type 2 tag, read four pages at a time as they are needed."""

    def __init__(self, exchange: Transmit) -> None:
        self._exchange = exchange
        self._read = b""

    def at(self, start: int, size: int) -> bytes | None:
        """`size` bytes from byte `start`; None where the tag ends before."""
        while len(self._read) < start + size:
            page = len(self._read) // _PAGE
            if page > _LAST_PAGE:
                return None
            part = self._exchange(bytes([0x30, page]))
            if len(part) != _PAGE * _PAGES_A_READ:
                return None
            self._read += part
        return self._read[start : start + size]
