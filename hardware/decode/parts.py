"""Parts of a longer code (structured append): joined once all were seen, told as parts when one is held up alone.

The parity that every part carries must be that of the joined bytes; parts of two codes never make a third.
"""

from dataclasses import dataclass, field, replace
from functools import reduce
from operator import xor
from typing import Final

from hardware.decode.read import Read

PATIENCE: Final = 1.0  # seconds a part waits for the others before it is told of by itself
_KEPT: Final = 10.0  # seconds a part counts after the last sighting of one of its kind
_MOST: Final = 8  # longer codes remembered at once


@dataclass(slots=True)
class _Whole:
    begun: float
    seen: float
    parts: dict[int, Read] = field(default_factory=dict)


class Parts:
    """Remembers parts between frames; times are those of the frames."""

    def __init__(self) -> None:
        self._wholes: dict[str, _Whole] = {}

    def settle(self, reads: list[Read], at: float) -> list[Read]:
        """The reads with joined codes in place of their parts; a lone part only after PATIENCE."""
        if not self._wholes and all(read.part is None for read in reads):
            return reads  # nearly every frame there is
        self._forget(at)
        for read in reads:
            self._keep(read, at)
        return [settled for read in reads if (settled := self._settled(read, at)) is not None]

    def _keep(self, read: Read, at: float) -> None:
        if read.part is None or (read.part.whole not in self._wholes and len(self._wholes) >= _MOST):
            return
        whole = self._wholes.setdefault(read.part.whole, _Whole(at, at))
        whole.seen = at
        if read.part.number:
            if read.part.number not in whole.parts:
                whole.begun = at  # they are coming: the others have as long as this one had
            whole.parts[read.part.number] = read

    def _settled(self, read: Read, at: float) -> Read | None:
        if read.part is None:
            return read
        whole = self._wholes.get(read.part.whole)
        joined = join(list(whole.parts.values())) if whole else None
        if joined is not None:
            return replace(joined, outline=read.outline)
        return read if whole is None or at - whole.begun >= PATIENCE else None

    def _forget(self, at: float) -> None:
        self._wholes = {name: whole for name, whole in self._wholes.items() if 0 <= at - whole.seen <= _KEPT}


def joined_reads(reads: list[Read]) -> list[Read]:
    """The reads of one picture, parts of which all are in it joined."""
    wholes: dict[str, list[Read]] = {}
    for read in reads:
        if read.part is not None:
            wholes.setdefault(read.part.whole, []).append(read)
    made = {name: whole for name, parts in wholes.items() if (whole := join(parts)) is not None}
    return [*made.values(), *(read for read in reads if read.part is None or read.part.whole not in made)]


def join(parts: list[Read]) -> Read | None:
    """The whole code; None while a part is missing or the parity is not that of these parts together."""
    numbered = {read.part.number: read for read in parts if read.part is not None}
    first = next(iter(numbered.values()), None)
    if first is None or first.part is None or sorted(numbered) != list(range(1, first.part.count + 1)):
        return None
    ordered = [numbered[number] for number in sorted(numbered)]
    data = b"".join(read.data for read in ordered)
    if first.part.parity != reduce(xor, data, 0):
        return None
    return replace(first, text=_text(data, ordered), data=data, part=None)


def _text(data: bytes, ordered: list[Read]) -> str:
    """A letter may be cut in two where one part ends, so the bytes come first."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(read.text for read in ordered)
