"""Runs contenders over clips and keeps what the report needs."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from benchmarks.decode.clips import Clip, Shot
from benchmarks.decode.contenders import CONTENDERS, Contender
from hardware.frames import Frame


@dataclass(slots=True)
class ClipResult:
    """One contender on one clip.

    Frames from the whole code in view to the first right read (None: never), texts that were not on the code, and CPU
    milliseconds per frame with the code in view.
    """

    clip: Clip
    first: int | None = None
    wrong: set[str] = field(default_factory=set)
    ms: list[float] = field(default_factory=list)


def run_clip(clip: Clip, shots: list[Shot], names: Iterable[str]) -> dict[str, ClipResult]:
    """Each named contender on the same frames."""
    return {name: _one(clip, shots, CONTENDERS[name]()) for name in names}


def _one(clip: Clip, shots: list[Shot], contender: Contender) -> ClipResult:
    result, text, seen = ClipResult(clip), clip.text, 0
    for shot in shots:
        begun = time.thread_time()
        texts = contender(shot.frame)
        spent = (time.thread_time() - begun) * 1000
        if shot.in_view:
            result.ms.append(spent)
        result.wrong |= {found for found in texts if found != text}
        if result.first is None and text in texts:
            result.first = seen
        seen += shot.in_view
    return result


def empty_cost(frames: list[Frame], name: str, settle: int = 60) -> tuple[float, int]:
    """Mean CPU milliseconds per frame once settled, and the number of false reads."""
    contender, false = CONTENDERS[name](), 0
    spent = 0.0
    for number, frame in enumerate(frames):
        begun = time.thread_time()
        false += len(contender(frame))
        if number >= settle:
            spent += time.thread_time() - begun
    return spent * 1000 / max(1, len(frames) - settle), false
