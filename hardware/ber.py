"""BER-TLV as wallets use it on the wire: one or two byte tags, definite lengths. Bytes in, values out, no I/O."""

from __future__ import annotations

from collections.abc import Iterator

MAX_DEPTH = 6
_CONSTRUCTED = 0x20


class BadTlv(ValueError):
    """The bytes are not well-formed BER-TLV."""


def build(tag: int, value: bytes) -> bytes:
    """One data object; `tag` as printed in the standards (0x9F25, 0x70)."""
    return tag.to_bytes(_tag_size(tag), "big") + _length(len(value)) + value


def parse(data: bytes) -> list[tuple[int, bytes]]:
    """The data objects of one level, in order. Raises BadTlv."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at < len(data):
        if data[at] in (0x00, 0xFF):  # ISO 7816-4: filler between objects
            at += 1
            continue
        tag, at = _read_tag(data, at)
        size, at = _read_length(data, at)
        if at + size > len(data):
            raise BadTlv(f"tag {tag:X} claims {size} bytes, {len(data) - at} are left")
        found.append((tag, data[at : at + size]))
        at += size
    return found


def find(data: bytes, *path: int) -> bytes | None:
    """The value at a path of tags, outermost first; None where a tag is missing. Raises BadTlv."""
    for tag in path:
        value = next((v for t, v in parse(data) if t == tag), None)
        if value is None:
            return None
        data = value
    return data


def walk(data: bytes, depth: int = MAX_DEPTH) -> Iterator[tuple[int, bytes]]:
    """Every data object, constructed ones before what they hold. Raises BadTlv."""
    if depth == 0:
        raise BadTlv("nested too deeply")
    for tag, value in parse(data):
        yield tag, value
        if _first_byte(tag) & _CONSTRUCTED:
            yield from walk(value, depth - 1)


def _tag_size(tag: int) -> int:
    return max(1, (tag.bit_length() + 7) // 8)


def _first_byte(tag: int) -> int:
    return tag >> (8 * (_tag_size(tag) - 1))


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    body = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(body)]) + body


def _read_tag(data: bytes, at: int) -> tuple[int, int]:
    tag = data[at]
    at += 1
    if tag & 0x1F != 0x1F:
        return tag, at
    for _ in range(2):
        if at >= len(data):
            raise BadTlv("tag cut short")
        byte = data[at]
        tag, at = tag << 8 | byte, at + 1
        if not byte & 0x80:
            return tag, at
    raise BadTlv("tag longer than three bytes")


def _read_length(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        raise BadTlv("length missing")
    first = data[at]
    at += 1
    if first < 0x80:
        return first, at
    count = first & 0x7F
    if not 1 <= count <= 2 or at + count > len(data):
        raise BadTlv("unsupported length form")
    return int.from_bytes(data[at : at + count], "big"), at + count
