"""What a decoder says it saw."""

from dataclasses import dataclass, field
from typing import Final

Point = tuple[int, int]
Outline = tuple[Point, ...]

FORMATS: Final = (
    "QR", "PDF417", "AZTEC", "CODE128", "MICRO_QR", "RMQR", "DATA_MATRIX", "EAN13", "UPCA", "CODE39", "CODABAR", "ITF",
)  # fmt: skip
DEFAULT_FORMATS: Final = frozenset({"QR", "PDF417", "AZTEC", "CODE128"})
LINEAR: Final = frozenset({"CODE128", "EAN13", "UPCA", "CODE39", "CODABAR", "ITF"})
# Garbage that passes PDF417's error correction was measured on dim codes; a bar misread can pass a linear code's
# checksum, or there is none. None of the wrong texts ever came twice, so these need two equal reads.
NEEDS_TWO: Final = LINEAR | {"PDF417"}
TURN_SENSITIVE: Final = LINEAR | {"PDF417"}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a longer code: position from 1, how many there are (both 0: not told), and what all have alike.

    `parity` is that of the whole code's bytes, all of them combined by exclusive or.
    """

    number: int = 0
    count: int = 0
    whole: str = ""
    parity: int = 0


@dataclass(frozen=True, slots=True)
class Read:
    """One code.

    `text` keeps control characters; `data` is the payload as coded, from the decoder of record; `outline` is the four
    corners in pixels of the frame; `engine` names who read it; `spare` is the share of error correction left unused.
    `part` says that this is no code of its own: it must never be taken for what a pass says.
    """

    format: str
    text: str
    data: bytes
    outline: Outline
    engine: str
    spare: float = field(default=0.0, compare=False)
    part: Part | None = None

    @property
    def key(self) -> tuple[str, bytes]:
        """What makes two reads the same presentation."""
        return self.format, self.data


def checked_formats(formats: frozenset[str]) -> frozenset[str]:
    """The formats as given; ValueError names those that no engine knows."""
    unknown = sorted(formats - set(FORMATS))
    if unknown or not formats:
        raise ValueError(
            f"unknown barcode formats: {', '.join(unknown) or '(none given)'}; known: {', '.join(FORMATS)}"
        )
    return formats


def bounds(outline: Outline) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of an outline."""
    xs, ys = [x for x, _ in outline], [y for _, y in outline]
    return min(xs), min(ys), max(xs), max(ys)
