"""Frames of a recording to presentations, in this thread: the same pipeline as at the door, for files and tests."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hardware.decode.debounce import Debounce
from hardware.decode.pipeline import Pipeline
from hardware.decode.read import DEFAULT_FORMATS, Read
from hardware.frames import Frame


@dataclass(frozen=True, slots=True)
class Presentation:
    """One code held up once: the read, and time and index of the frame in which it was first confirmed."""

    read: Read
    at: float
    frame_index: int


def presentations(frames: Iterable[Frame], formats: frozenset[str] = DEFAULT_FORMATS) -> Iterator[Presentation]:
    """Every presentation in the frames, as it is confirmed."""
    pipeline, debounce = Pipeline(formats), Debounce()
    for frame in frames:
        for read in pipeline.process(frame):
            if debounce.is_new(read, frame.at):
                yield Presentation(read, frame.at, frame.index)
