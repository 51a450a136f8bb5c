"""Door clips made for measuring: a guest brings a code of known size into a 1080p picture, in eight kinds of trouble.

40 frames at 30 per second: 4 empty, 8 of entering, 23 of holding, 5 of leaving; through JPEG as a webcam sends them.
The kinds and figures follow docs/decode.md section 3 so that results can be set beside the ones measured there.
"""

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from hardware.frames import Frame, Gray
from hardware.opencv import cv2
from hardware.scene import Pose, Prop, SensorNoise, doorway, hold_up, modules, paper, phone

SIZE: Final = (1920, 1080)
WIDTHS: Final = (100, 200, 300, 420, 600)  # pixels across the code
SYMBOLOGIES: Final = ("QR", "AZTEC", "PDF417", "CODE128")
CONDITIONS: Final = ("clean", "dim", "bloom", "glare", "motion", "defocus", "tilt", "paper")
_FEASIBLE: Final = 1.6  # pixels per module; below that no lens keeps the bars apart (docs/decode.md 3a and 3d)
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LENGTH: Final = {"QR": 18, "AZTEC": 24, "PDF417": 32, "CODE128": 14}
EMPTY, _ENTER, _HOLD, _LEAVE = 4, 8, 23, 5
_RATE: Final = 30.0


@dataclass(frozen=True, slots=True)
class Clip:
    """What is shown and how."""

    symbology: str
    width: int
    condition: str
    seed: int
    roll: float | None = None

    @property
    def text(self) -> str:
        """What the code says, different in each clip so that a wrong read cannot pass."""
        rng = random.Random(f"{self}")
        return "".join(rng.choice(_LETTERS) for _ in range(_LENGTH[self.symbology]))

    @property
    def feasible(self) -> bool:
        """Whether the code, as turned away as it is held, has enough pixels for each module."""
        turned = math.cos(math.radians(max(map(abs, _angles(self)[1:]))))
        return bool(self.width * turned / modules(self.text, self.symbology).shape[1] >= _FEASIBLE)


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame, and whether the whole code is in it."""

    frame: Frame
    in_view: bool


def door_clips(share: int = 1) -> list[Clip]:
    """The main set of 160 clips, or each `share`-th of them."""
    clips = [
        Clip(symbology, width, condition, number)
        for number, (symbology, width, condition) in enumerate(
            (s, w, c) for s in SYMBOLOGIES for w in WIDTHS for c in CONDITIONS
        )
    ]
    return clips[::share]


def roll_clips() -> list[Clip]:
    """Linear codes turned in the picture plane: 14 angles, in two kinds of light."""
    angles = [round(number * 180 / 14, 1) for number in range(14)]
    return [
        Clip(symbology, 420, condition, 1000 + number, roll=angle)
        for symbology in ("PDF417", "CODE128")
        for condition in ("clean", "dim")
        for number, angle in enumerate(angles)
    ]


def shots(clip: Clip) -> Iterator[Shot]:
    """The frames of a clip, the same on each run."""
    rng = np.random.default_rng(clip.seed)
    look = _LOOKS[clip.condition]
    background = np.asarray(cv2.cvtColor(doorway(SIZE, rng, look.light), cv2.COLOR_BGR2GRAY), np.uint8)
    noise = SensorNoise(SIZE, look.noise, rng, channels=1)
    prop = (paper if clip.condition == "paper" else phone)(clip.text, clip.symbology, "Summer Night", clip.width)
    effect = look.effect(prop, clip, rng)
    for number, pose, smear in _poses(clip, prop, look, rng):
        picture, corners = background, None
        if pose is not None:
            picture, corners = hold_up(background, prop, pose)
        picture = effect(_smeared(picture, smear), number, pose)
        seen = _through_jpeg(noise.add(picture))
        inside = corners is not None and bool((corners > 2).all() and (corners < np.array(SIZE) - 2).all())
        yield Shot(Frame(seen, number / _RATE, number), inside)


def _poses(
    clip: Clip, prop: Prop, look: "_Look", rng: np.random.Generator
) -> Iterator[tuple[int, Pose | None, tuple[float, float]]]:
    """Frame number, pose (None: nobody there) and the way moved during the exposure."""
    width, height = SIZE
    target = np.array([width * rng.uniform(0.38, 0.62), height * rng.uniform(0.4, 0.6)])
    start = np.array([width * rng.uniform(0.3, 0.7), height + prop.colour.shape[0] * 0.5])
    roll, yaw, pitch = _angles(clip)
    last: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = start
    drift = np.zeros(2)
    for number in range(EMPTY + _ENTER + _HOLD + _LEAVE):
        step = number - EMPTY
        if step < 0:
            yield number, None, (0.0, 0.0)
            continue
        if step < _ENTER:
            where, turn = (
                start + (target - start) * (1 - (1 - (step + 1) / _ENTER) ** 2),
                12 * (1 - (step + 1) / _ENTER),
            )
        elif step < _ENTER + _HOLD:
            drift = 0.7 * drift + rng.normal(0, look.tremor, 2)
            where, turn = target + drift, 0.0
        else:
            share = (step - _ENTER - _HOLD + 1) / _LEAVE
            where, turn = target + np.array([width * 0.7, height * 0.3]) * share**2, -10 * share
        moved = (where - last) * 0.35  # the shutter is open for a third of the time
        last = where
        yield (
            number,
            Pose(float(where[0]), float(where[1]), 1.0, roll + turn, yaw, pitch),
            (float(moved[0]), float(moved[1])),
        )


def _angles(clip: Clip) -> tuple[float, float, float]:
    """Roll, yaw and pitch in which the code is held, degrees."""
    rng = random.Random(clip.seed)
    tilted = clip.condition == "tilt"
    yaw = rng.uniform(25, 40) * rng.choice((-1, 1)) if tilted else rng.uniform(-10, 10)
    pitch = rng.uniform(-10, 10)
    roll = rng.uniform(-25, 25) if tilted else rng.uniform(-6, 6)
    return roll if clip.roll is None else clip.roll, yaw, pitch


def _smeared(picture: Gray, way: tuple[float, float]) -> Gray:
    """Motion blur along `way`."""
    length = int(np.hypot(*way))
    if length < 2:
        return picture
    size = min(length, 61) | 1
    kernel = np.zeros((size, size), np.float32)
    half = size // 2
    dx, dy = way[0] / length * half, way[1] / length * half
    cv2.line(kernel, (round(half - dx), round(half - dy)), (round(half + dx), round(half + dy)), 1.0)
    return np.asarray(cv2.filter2D(picture, -1, kernel / kernel.sum()), np.uint8)


def _through_jpeg(picture: Gray) -> Gray:
    _, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 88])
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)


Effect = Callable[[Gray, int, Pose | None], Gray]
_MakeEffect = Callable[[Prop, Clip, np.random.Generator], Effect]


@dataclass(frozen=True, slots=True)
class _Look:
    """A kind of trouble: brightness of the room, noise (gray levels), tremor (pixels per frame) and what it does."""

    effect: _MakeEffect
    light: float = 1.0
    noise: float = 3.0
    tremor: float = 1.2


def _lens(sigma: float) -> _MakeEffect:
    return lambda _prop, _clip, _rng: lambda picture, _number, _pose: _blurred(picture, sigma)


def _blurred(picture: Gray, sigma: float) -> Gray:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def _dim(_prop: Prop, _clip: Clip, rng: np.random.Generator) -> Effect:
    """A screen at its darkest (white is level 82), with the bands of its dimming."""
    phase = float(rng.uniform(0, 6))
    rows = np.arange(SIZE[1], dtype=np.float32)

    def effect(picture: Gray, number: int, _pose: Pose | None) -> Gray:
        bands = 1 + 0.12 * np.sin(rows / 70 + phase + number * 1.7)
        return np.asarray(np.clip(_blurred(picture, 0.9) * (82 / 255) * bands[:, None], 0, 255), np.uint8)

    return effect


def _bloom(_prop: Prop, _clip: Clip, rng: np.random.Generator) -> Effect:
    """A screen far too bright for the exposure: white clips and spills over the dark modules."""
    gain, spill = float(rng.uniform(1.7, 2.9)), float(rng.uniform(0.25, 0.5))

    def effect(picture: Gray, _number: int, _pose: Pose | None) -> Gray:
        small = cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        glow = cv2.resize(cv2.GaussianBlur(small, (0, 0), 2.2), SIZE, interpolation=cv2.INTER_LINEAR)
        return np.asarray(cv2.addWeighted(_blurred(picture, 1.1), gain, glow, gain * spill, 0), np.uint8)

    return effect


def _glare(_prop: Prop, clip: Clip, rng: np.random.Generator) -> Effect:
    """A lamp mirrored in the glass, and moire between the pixels of screen and camera."""
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]].astype(np.float32)
    angle, period = float(rng.uniform(0, np.pi)), float(rng.uniform(4.5, 11))
    moire = (14 * np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / period)).astype(np.float32)
    off_x, off_y = (float(v) for v in rng.uniform(-0.45, 0.45, 2) * clip.width)
    radius = clip.width * float(rng.uniform(0.18, 0.32))

    def effect(picture: Gray, number: int, pose: Pose | None) -> Gray:
        if pose is None:
            return _blurred(picture, 0.9)
        cx, cy = pose.x + off_x + 1.5 * number, pose.y + off_y
        spot = 190 * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * radius**2))
        lit = np.where(picture > 90, moire, 0)
        return np.asarray(np.clip(_blurred(picture, 0.9) + spot + lit, 0, 255), np.uint8)

    return effect


def _defocus(_prop: Prop, _clip: Clip, _rng: np.random.Generator) -> Effect:
    """The lens finds its focus while the phone is held: from 8 pixels of blur to 1."""

    def effect(picture: Gray, number: int, _pose: Pose | None) -> Gray:
        share = min(1.0, max(0, number - EMPTY) / (_ENTER + _HOLD * 0.7))
        return _blurred(picture, 8 - 7 * share)

    return effect


def _shadow(_prop: Prop, _clip: Clip, rng: np.random.Generator) -> Effect:
    """Daylight, and the edge of a shadow across the paper."""
    slope, at, depth = float(rng.uniform(-0.8, 0.8)), float(rng.uniform(0.42, 0.58)), float(rng.uniform(0.3, 0.45))
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]].astype(np.float32)
    edge = 0.5 + 0.5 * np.tanh((x - SIZE[0] * at - slope * (y - SIZE[1] / 2)) / 12)
    shade = (depth + (1 - depth) * edge).astype(np.float32)
    return lambda picture, _number, _pose: np.asarray(_blurred(picture, 1.0) * shade, np.uint8)


_LOOKS: Final[dict[str, _Look]] = {
    "clean": _Look(_lens(0.9)),
    "dim": _Look(_dim, light=1.4, noise=8.0),
    "bloom": _Look(_bloom),
    "glare": _Look(_glare),
    "motion": _Look(_lens(0.9), tremor=14.0),
    "defocus": _Look(_defocus),
    "tilt": _Look(_lens(0.9)),
    "paper": _Look(_shadow, light=2.0),
}


def empty_scenes(count: int = 90) -> Iterator[tuple[str, Iterator[Frame]]]:
    """Three doors with nobody there: dark, bright, and dark with a noisy sensor."""
    for name, light, sigma in (
        ("dark, noise 5", 1.0, 5.0),
        ("bright, noise 3", 3.0, 3.0),
        ("dark, noise 12", 1.0, 12.0),
    ):
        yield name, _empty_frames(light, sigma, count)


def _empty_frames(light: float, sigma: float, count: int) -> Iterator[Frame]:
    rng = np.random.default_rng(int(sigma))
    background = np.asarray(cv2.cvtColor(doorway(SIZE, rng, light), cv2.COLOR_BGR2GRAY), np.uint8)
    for number in range(count):
        noisy = np.clip(background + rng.standard_normal(background.shape, np.float32) * sigma, 0, 255).astype(np.uint8)
        yield Frame(_through_jpeg(noisy), number / _RATE, number)
