"""A recorded line of guests at a door: what the demo plays where there is no camera, and end-to-end tests decode."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from hardware.decode.debounce import WINDOW
from hardware.frames import Gray
from hardware.opencv import cv2
from hardware.scene import Pose, Prop, SensorNoise, doorway, hold_up, modules, phone

_ENTER: Final = 0.4  # seconds each
_HOLD: Final = 0.85
_LEAVE: Final = 0.35
_GAP: Final = 0.5
_SAME_GAP: Final = WINDOW + 0.8  # the same code is a new guest only when it was out of sight for longer than the window
_PER_MODULE: Final = 3.4  # pixels wanted; the limits of the picture may give less
_TINTS: Final = ((150, 90, 40), (60, 110, 30), (40, 60, 160), (120, 40, 110), (90, 90, 30))


@dataclass(frozen=True, slots=True)
class GuestClip:
    """One guest: the code's text, its symbology (QR, PDF417, AZTEC or CODE128) and the words on the pass."""

    text: str
    symbology: str
    title: str


def write_line(
    path: Path, guests: Sequence[GuestClip], *, fps: int = 30, size: tuple[int, int] = (1280, 720), seed: int = 1
) -> None:
    """Write the line as motion JPEG in AVI, the same for the same seed. OSError when the file cannot be written."""
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"MJPG"), float(fps), size)
    if not writer.isOpened():
        raise OSError(f"cannot write a video to {path}")
    try:
        for picture in line_pictures(guests, fps=fps, size=size, seed=seed):
            writer.write(picture)
    finally:
        writer.release()


def line_pictures(
    guests: Sequence[GuestClip], *, fps: int = 30, size: tuple[int, int] = (1280, 720), seed: int = 1
) -> Iterator[Gray]:
    """The line picture by picture, BGR."""
    rng = np.random.default_rng(seed)
    background = doorway(size, rng)
    noise = SensorNoise(size, 3.0, rng)
    yield from _empty(background, noise, round(0.8 * fps))
    for number, guest in enumerate(guests):
        if _shown_lately(guests, number):
            yield from _empty(background, noise, round(_SAME_GAP * fps))
        prop = phone(guest.text, guest.symbology, guest.title, _code_width(guest, size), _TINTS[number % len(_TINTS)])
        for pose, blur in _visit(prop, size, fps, rng):
            picture, _ = hold_up(background, prop, pose)
            yield noise.add(_moving(picture, blur))
        yield from _empty(background, noise, round(_GAP * fps))


def _shown_lately(guests: Sequence[GuestClip], number: int) -> bool:
    """Whether one of the guests just before holds the same code, so that the window must run out first."""
    visit = _ENTER + _HOLD + _LEAVE + _GAP
    near = range(max(0, number - 1 - int(_SAME_GAP / visit)), number)
    return any(guests[i].text == guests[number].text for i in near)


def _code_width(guest: GuestClip, size: tuple[int, int]) -> int:
    across = modules(guest.text, guest.symbology).shape[1] + 8
    largest = round(size[0] * (0.78 if guest.symbology in ("CODE128", "PDF417") else 0.30))
    return int(min(max(across * _PER_MODULE, 0.17 * size[0]), largest))


def _visit(prop: Prop, size: tuple[int, int], fps: int, rng: np.random.Generator) -> Iterator[tuple[Pose, int]]:
    """Poses from below the picture to its middle, held with a tremor, and away to the side."""
    width, height = size
    target = np.array([width * rng.uniform(0.47, 0.53), height * rng.uniform(0.46, 0.54)])
    below = np.array([width * rng.uniform(0.4, 0.6), height * 1.2 + prop.colour.shape[0] * 0.5])
    away = np.array([width * 1.15 + prop.colour.shape[1] * 0.5, height * 0.75])
    roll, yaw, pitch = rng.uniform(-5, 5), rng.uniform(-9, 9), rng.uniform(-9, 9)
    tremor = np.zeros(2)
    for share in np.linspace(0, 1, round(_ENTER * fps), endpoint=False):
        eased = 1 - (1 - share) ** 3
        x, y = below + (target - below) * eased
        yield Pose(x, y, 0.9 + 0.1 * eased, roll + 8 * (1 - eased), yaw, pitch), round(28 * (1 - share) ** 2)
    for _ in range(round(_HOLD * fps)):
        tremor = 0.85 * tremor + rng.normal(0, 1.1, 2)
        yield Pose(target[0] + tremor[0], target[1] + tremor[1], 1.0, roll + tremor[0] * 0.1, yaw, pitch), 0
    for share in np.linspace(0, 1, round(_LEAVE * fps)):
        x, y = target + (away - target) * share**2
        yield Pose(x, y, 1.0, roll - 10 * share, yaw, pitch), round(30 * share)


def _moving(picture: Gray, blur: int) -> Gray:
    """Smeared as a moving hand is, over `blur` pixels."""
    return picture if blur < 3 else np.asarray(cv2.blur(picture, (1 + blur // 4, blur)), np.uint8)


def _empty(background: Gray, noise: SensorNoise, count: int) -> Iterator[Gray]:
    for _ in range(count):
        yield noise.add(background)
