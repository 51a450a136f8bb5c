"""Code in view to verdict: door clips replayed in real time through the real line, from film to committed fact.

One film (motion JPEG, 1080p, 30 pictures a second) is opened as a camera line opens one: capture thread, one-slot
mailbox, decoder in its child process, debounce, presenter thread, look-up, decision, commit with fsync, `Decided`.
Counted is the wall time from the moment the capture thread handed over the first frame with the whole code in it to
the verdict's event.

The figure includes the guest: phones arrive moving and blurred, and a lens finds its focus while the phone is held. So
a second figure, "own", starts at the first frame that can be read at all: by plain zxing-cpp with four formats, or by
any of our ways when all are tried on that one frame in peace (`decode_image`). What is then left is the program's own.
Guests whose code never is whole in the picture have no first figure.

On a machine with other work real time says little. So the same film is replayed by the decoder's CPU time too: a frame
each 1/30 s, the newest is taken when the last one is done, and the verdict costs what it measured in `_VERDICT`.
"""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.decode.clips import EMPTY, SIZE, Clip, shots
from benchmarks.decode.contenders import plain_zxing
from hardware.decode import Pipeline, decode_image
from hardware.frames import Frame
from hardware.opencv import cv2
from scanner_app import settings as settings_file
from scanner_app.application.config import Settings
from scanner_app.application.events import Decided, Event, FrameSeen
from scanner_app.bootstrap import Kiosk, open_kiosk
from scanner_app.domain.place import Place, Policy
from scanner_app.sources import CameraLine

_RATE: Final = 30.0
_GAP: Final = 15  # frames with nobody between two guests
_VERDICT: Final = 0.010  # seconds from the read to the verdict: the pipe, look-up, decision, commit, on a quiet machine


@dataclass(slots=True)
class Wait:
    """One guest: milliseconds to the verdict from the whole code in view, and from the first frame that can be read."""

    clip: Clip
    in_view: float | None
    readable: float


@dataclass(slots=True)
class _Guest:
    clip: Clip
    start: int  # index in the film of the first frame of the clip
    end: int  # and of the first one after it
    in_view: int | None  # of the first frame with the whole code
    readable: int | None = None  # of the first frame that anybody reads


@dataclass(slots=True)
class _Seen:
    """Wall times as they happen: of each frame handed over, of each verdict by its code."""

    frames: list[float] = field(default_factory=list)
    verdicts: dict[str, float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def hear(self, event: Event) -> None:
        """Note when it was."""
        now = time.monotonic()
        with self.lock:
            if isinstance(event, FrameSeen):
                self.frames.append(now)
            elif isinstance(event, Decided):
                self.verdicts.setdefault(event.scan.credential.text, now)


def measured(clips: Sequence[Clip]) -> Iterator[tuple[str, list[Wait], int]]:
    """How it was measured, the waits of the guests who got a verdict, how many could be read in peace but got none."""
    with tempfile.TemporaryDirectory(prefix="scanner-bench-") as name:
        film = Path(name) / "line.avi"
        guests = _film(film, clips)
        _read_in_peace(film, guests)
        yield "by the decoder's CPU time", *_waits(guests, _reckon(film), lambda index: index / _RATE)
        seen = _play(film, Path(name) / "kiosk")
        yield "in real time", *_waits(guests, seen.verdicts, lambda index: seen.frames[index])


def _waits(
    guests: Sequence[_Guest], verdicts: dict[str, float], when: Callable[[int], float]
) -> tuple[list[Wait], int]:
    """Of guests that anybody can read; `when` says at what second a frame of the film was there."""
    found, lost = [], 0
    for guest in guests:
        verdict = verdicts.get(guest.clip.text)
        if guest.readable is None or verdict is None:
            lost += guest.readable is not None
            continue
        begun = None if guest.in_view is None else (verdict - when(guest.in_view)) * 1000
        found.append(Wait(guest.clip, begun, (verdict - when(guest.readable)) * 1000))
    return found, lost


def _reckon(film: Path) -> dict[str, float]:
    """Seconds in the film at which each code is decided."""
    pipeline, verdicts, free = Pipeline(), dict[str, float](), 0.0
    waiting: Frame | None = None
    for frame in _frames(film):
        if waiting is not None and free <= frame.at:
            free = _reckon_one(pipeline, waiting, free, verdicts)
        waiting = frame
    if waiting is not None:
        _reckon_one(pipeline, waiting, free, verdicts)
    return verdicts


def _reckon_one(pipeline: Pipeline, frame: Frame, free: float, verdicts: dict[str, float]) -> float:
    """Decode one frame; the second at which that is done."""
    begun = time.thread_time()
    reads = pipeline.process(frame)
    done = max(free, frame.at) + time.thread_time() - begun
    for read in reads:
        verdicts.setdefault(read.text, done + _VERDICT)
    return done


def _film(path: Path, clips: Sequence[Clip]) -> list[_Guest]:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), _RATE, SIZE, False)
    guests, index = [], 0
    for clip in clips:
        film = list(shots(clip))
        first = next((index + number for number, shot in enumerate(film) if shot.in_view), None)
        for gray in [*(shot.frame.gray for shot in film), *[film[0].frame.gray] * _GAP]:
            writer.write(gray)
        guests.append(_Guest(clip, index, index + len(film), first))
        index += len(film) + _GAP
    writer.release()
    return guests


def _read_in_peace(path: Path, guests: Sequence[_Guest]) -> None:
    """Find each guest's first frame that anybody reads; frames before a phone is there cannot be."""
    left = iter(guests)
    guest = next(left, None)
    for frame in _frames(path):
        while guest is not None and frame.index >= guest.end:
            guest = next(left, None)
        if guest is None or guest.readable is not None or frame.index < guest.start + EMPTY:
            continue
        if guest.clip.text in plain_zxing(frame) or any(r.text == guest.clip.text for r in decode_image(frame.gray)):
            guest.readable = frame.index


def _frames(path: Path) -> Iterator[Frame]:
    capture, index = cv2.VideoCapture(str(path)), 0
    while (got := capture.read())[0]:
        yield Frame(cv2.cvtColor(got[1], cv2.COLOR_BGR2GRAY), index / _RATE, index)  # type: ignore[arg-type]
        index += 1
    capture.release()


def _play(film: Path, folder: Path) -> _Seen:
    seen = _Seen()
    with _door(folder) as kiosk:
        kiosk.door.listen(seen.hear)
        line = CameraLine(str(film), kiosk.door.present, seen.hear)
        line.start(paced=True)
        while not line.wait(1.0):
            continue
        time.sleep(0.5)  # the last verdict is on its way
        line.stop()
    return seen


@contextmanager
def _door(folder: Path) -> Iterator[Kiosk]:
    """A door that knows nobody: each code is looked up, refused and recorded, which costs what an admission costs."""
    folder.mkdir()
    place = Place("Main", policy=Policy.ATTENDANCE)
    settings_file.save(folder, Settings(device="bench", place="Main", places=(place,)))
    with open_kiosk(folder, writes=True, use_keyring=False) as kiosk:
        kiosk.sync.go_offline()
        kiosk.start_door()
        yield kiosk
