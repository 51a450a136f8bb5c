"""Drawing guests at a door: a phone with a wallet pass (or a paper ticket) in front of a soft background.

Used for the recorded guest line of the demo and for the bench's door clips; the barcodes are real ones.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import zxingcpp

from hardware.frames import Gray
from hardware.opencv import cv2

_WRITERS: Final = {
    "QR": zxingcpp.BarcodeFormat.QRCode,
    "PDF417": zxingcpp.BarcodeFormat.PDF417,
    "AZTEC": zxingcpp.BarcodeFormat.Aztec,
    "CODE128": zxingcpp.BarcodeFormat.Code128,
}
_FINE: Final = 8  # pixels per module in the master drawing of a code
_QUIET: Final = {"QR": 4, "PDF417": 2, "AZTEC": 2, "CODE128": 10}  # modules of white around the code


def modules(text: str, symbology: str) -> Gray:
    """The code as black and white modules, one pixel each, rows and bars as high as they should be, no quiet zone."""
    code = zxingcpp.create_barcode(text, _WRITERS[symbology])
    drawn = np.asarray(code.to_image(scale=1, add_quiet_zones=False), np.uint8)
    if symbology == "CODE128":
        return np.repeat(drawn[:1], max(30, round(drawn.shape[1] * 0.22)), axis=0)
    return drawn


def code_picture(text: str, symbology: str, width: int) -> Gray:
    """The code drawn `width` pixels wide, plus its quiet zone, edges averaged as a lens would."""
    drawn = modules(text, symbology)
    per_module = width / drawn.shape[1]
    drawn = np.pad(drawn, _QUIET[symbology], constant_values=255)
    fine = cv2.resize(drawn, None, fx=_FINE, fy=_FINE, interpolation=cv2.INTER_NEAREST)
    size = (round(drawn.shape[1] * per_module), round(drawn.shape[0] * per_module))
    return np.asarray(cv2.resize(fine, size, interpolation=cv2.INTER_AREA), np.uint8)


@dataclass(frozen=True, slots=True)
class Prop:
    """Something held up: its BGR picture, how much of each pixel covers the scene (0-255), and the code's box in it."""

    colour: Gray
    cover: Gray
    code: tuple[int, int, int, int]


def phone(text: str, symbology: str, title: str, code_width: int, tint: tuple[int, int, int] = (150, 90, 40)) -> Prop:
    """A phone showing a wallet pass whose code is `code_width` pixels wide. Wide codes turn the phone sideways."""
    code = code_picture(text, symbology, code_width)
    wide = code.shape[1]
    pad = max(8, wide // 24)
    inner = wide + 2 * pad
    sideways = code.shape[1] > 2.4 * code.shape[0] and code_width > 520
    height = round(inner * (0.62 if sideways else 1.75))
    card = np.full((height, inner, 3), tint, np.uint8)
    _gradient(card)
    top = min(height - code.shape[0] - pad, round(height * (0.42 if sideways else 0.40)))
    cv2.rectangle(
        card, (pad // 2, top - pad // 2), (inner - pad // 2, top + code.shape[0] + pad // 2), (255, 255, 255), -1
    )
    card[top : top + code.shape[0], pad : pad + wide] = code[:, :, None]
    _label(card, title, pad, round(height * 0.12), inner / 520)
    cv2.line(
        card, (pad, round(height * 0.17)), (inner - pad, round(height * 0.17)), (235, 235, 235), max(1, inner // 250)
    )
    _label(card, "ADMIT ONE", pad, round(height * 0.27), inner / 700)
    return _in_body(card, (pad, top, pad + wide, top + code.shape[0]))


def _gradient(card: Gray) -> None:
    fade = np.linspace(1.15, 0.8, card.shape[0], dtype=np.float32)[:, None, None]
    card[:] = np.clip(card * fade, 0, 255).astype(np.uint8)


def _label(card: Gray, text: str, x: int, y: int, size: float) -> None:
    """Words on the card; OpenCV's drawn letters know ASCII only."""
    plain = text.encode("ascii", "replace").decode()[:28]
    cv2.putText(
        card, plain, (x, y), cv2.FONT_HERSHEY_DUPLEX, size, (255, 255, 255), max(1, round(2 * size)), cv2.LINE_AA
    )


def _in_body(card: Gray, code: tuple[int, int, int, int]) -> Prop:
    """The card on a phone with a rim, held by a hand from below."""
    height, width = card.shape[:2]
    rim, hand = max(8, width // 22), width // 3
    colour = np.zeros((height + 2 * rim + hand, width + 2 * rim + 2 * (hand // 2), 3), np.uint8)
    cover = np.zeros(colour.shape[:2], np.uint8)
    left, body = hand // 2, (width + 2 * rim, height + 2 * rim)
    _hand(colour, cover, left, body, hand)
    _rounded(colour, cover, (left, 0), body, rim * 2)
    colour[rim : rim + height, left + rim : left + rim + width] = card
    _fingers(colour, cover, left, body, hand)
    x, y = left + rim, rim
    return Prop(colour, cover, (code[0] + x, code[1] + y, code[2] + x, code[3] + y))


_SKIN: Final = (128, 160, 205)


def _hand(colour: Gray, cover: Gray, left: int, body: tuple[int, int], hand: int) -> None:
    centre = (left + body[0] // 2, body[1] + hand // 4)
    for picture, value in ((colour, _SKIN), (cover, 255)):
        cv2.ellipse(picture, centre, (round(body[0] * 0.48), round(hand * 0.95)), 0, 0, 360, value, -1, cv2.LINE_AA)


def _fingers(colour: Gray, cover: Gray, left: int, body: tuple[int, int], hand: int) -> None:
    size = (round(hand * 0.30), round(hand * 0.17))
    for number in range(4):
        y = round(body[1] * (0.62 + 0.09 * number))
        shade = tuple(int(c * (0.95 - 0.04 * number)) for c in _SKIN)
        for picture, value in ((colour, shade), (cover, 255)):
            cv2.ellipse(picture, (left + body[0], y), size, 0, 0, 360, value, -1, cv2.LINE_AA)
    thumb = (round(hand * 0.16), round(hand * 0.42))
    for picture, value in ((colour, _SKIN), (cover, 255)):
        cv2.ellipse(picture, (left - 2, round(body[1] * 0.74)), thumb, 14, 0, 360, value, -1, cv2.LINE_AA)


def _rounded(colour: Gray, cover: Gray, at: tuple[int, int], size: tuple[int, int], radius: int) -> None:
    x, y = at
    w, h = size
    for picture, value in ((colour, (28, 26, 26)), (cover, 255)):
        cv2.rectangle(picture, (x + radius, y), (x + w - radius, y + h - 1), value, -1)
        cv2.rectangle(picture, (x, y + radius), (x + w - 1, y + h - radius), value, -1)
        for cx in (x + radius, x + w - radius - 1):
            for cy in (y + radius, y + h - radius - 1):
                cv2.circle(picture, (cx, cy), radius, value, -1, cv2.LINE_AA)


def paper(text: str, symbology: str, title: str, code_width: int) -> Prop:
    """A printed ticket."""
    code = code_picture(text, symbology, code_width)
    height, width = code.shape
    pad = max(12, width // 6)
    colour = np.full((height + 3 * pad, width + 2 * pad, 3), (236, 240, 240), np.uint8)
    top = 2 * pad
    colour[top : top + height, pad : pad + width] = np.minimum(code, 240)[:, :, None]
    plain = title.encode("ascii", "replace").decode()[:28]
    cv2.putText(colour, plain, (pad, pad), cv2.FONT_HERSHEY_DUPLEX, width / 700, (40, 40, 40), 1, cv2.LINE_AA)
    return Prop(colour, np.full(colour.shape[:2], 255, np.uint8), (pad, top, pad + width, top + height))


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the middle of the code is (frame pixels) and how the prop is turned (degrees); scale 1 = as drawn."""

    x: float
    y: float
    scale: float = 1.0
    roll: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0


def homography(prop: Prop, pose: Pose) -> npt.NDArray[np.float64]:
    """From the prop's pixels to the frame's, for a lens some 60 degrees wide."""
    middle = ((prop.code[0] + prop.code[2]) / 2, (prop.code[1] + prop.code[3]) / 2)
    roll, yaw, pitch = (math.radians(angle) for angle in (pose.roll, pose.yaw, pose.pitch))
    turn = _about_z(roll) @ _about_y(yaw) @ _about_x(pitch)
    distance = 2.0 * max(prop.colour.shape[:2])
    plane = np.column_stack([turn[:, 0], turn[:, 1], [0.0, 0.0, distance]])
    lens = np.array([[distance * pose.scale, 0, pose.x], [0, distance * pose.scale, pose.y], [0, 0, 1.0]])
    shift = np.array([[1, 0, -middle[0]], [0, 1, -middle[1]], [0, 0, 1.0]])
    return np.asarray(lens @ plane @ shift, np.float64)


def _about_x(a: float) -> npt.NDArray[np.float64]:
    return np.array([[1, 0, 0], [0, math.cos(a), -math.sin(a)], [0, math.sin(a), math.cos(a)]])


def _about_y(a: float) -> npt.NDArray[np.float64]:
    return np.array([[math.cos(a), 0, math.sin(a)], [0, 1, 0], [-math.sin(a), 0, math.cos(a)]])


def _about_z(a: float) -> npt.NDArray[np.float64]:
    return np.array([[math.cos(a), -math.sin(a), 0], [math.sin(a), math.cos(a), 0], [0, 0, 1]])


def hold_up(background: Gray, prop: Prop, pose: Pose) -> tuple[Gray, npt.NDArray[np.float64]]:
    """The background (BGR or gray) with the prop in front, and the code's four corners in the picture."""
    matrix = homography(prop, pose)
    left, top, right, bottom = prop.code
    corners = _through(matrix, ((left, top), (right, top), (right, bottom), (left, bottom)))
    height, width = prop.cover.shape
    edge = _through(matrix, ((0, 0), (width, 0), (width, height), (0, height)))
    x0, y0 = (int(max(0, v)) for v in np.floor(edge.min(axis=0)))
    x1, y1 = (int(v) for v in np.minimum(np.ceil(edge.max(axis=0)), (background.shape[1], background.shape[0])))
    picture = background.copy()
    if x1 > x0 and y1 > y0:
        _lay(picture[y0:y1, x0:x1], prop, np.array([[1, 0, -x0], [0, 1, -y0], [0, 0, 1.0]]) @ matrix)
    return picture, corners


def _lay(part: Gray, prop: Prop, matrix: npt.NDArray[np.float64]) -> None:
    """Draw the prop into this part of a picture."""
    size = (part.shape[1], part.shape[0])
    source = np.asarray(cv2.cvtColor(prop.colour, cv2.COLOR_BGR2GRAY)) if part.ndim == 2 else prop.colour
    over = np.asarray(cv2.warpPerspective(source, matrix, size, flags=cv2.INTER_LINEAR))
    cover = np.asarray(cv2.warpPerspective(prop.cover, matrix, size, flags=cv2.INTER_LINEAR))
    mask = np.asarray(cv2.threshold(cover, 127, 255, cv2.THRESH_BINARY)[1])
    part[:] = cv2.copyTo(over, mask, part)


def _through(matrix: npt.NDArray[np.float64], points: tuple[tuple[float, float], ...]) -> npt.NDArray[np.float64]:
    return np.asarray(cv2.perspectiveTransform(np.array([points], np.float64), matrix)[0], np.float64)


def doorway(size: tuple[int, int], rng: np.random.Generator, level: float = 1.0) -> Gray:
    """An entrance out of focus: dark floor, warm lights, a door frame. `level` 1 = evening light, 2 = day."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    base = 58 - 26 * y / height + 10 * np.cos(x / width * 5 + float(rng.uniform(0, 6)))
    picture = np.stack([base * 1.05, base * 0.95, base * 0.9], axis=2) * level
    for _ in range(9):
        cx, cy, radius = rng.uniform(0, width), rng.uniform(0, height * 0.5), rng.uniform(0.02, 0.06) * width
        glow = np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * radius**2))[:, :, None]
        picture += glow * np.array([40, 70, 95], np.float32) * float(rng.uniform(0.4, 1.0)) * level
    for edge in (0.16, 0.84):
        band = np.exp(-(((x / width - edge) / 0.02) ** 2))[:, :, None]
        picture *= 1 - 0.45 * band
    return np.asarray(cv2.GaussianBlur(np.clip(picture, 0, 255).astype(np.uint8), (0, 0), width / 160), np.uint8)


class SensorNoise:
    """Noise of a camera, from a few tables shifted at random: as good as fresh noise and far cheaper."""

    def __init__(self, size: tuple[int, int], sigma: float, rng: np.random.Generator, channels: int = 3) -> None:
        self._rng = rng
        shape = (size[1] + 64, size[0] + 64, channels)
        self._tables = [np.round(rng.normal(0, sigma, shape)).astype(np.int16).squeeze() for _ in range(2)]

    def add(self, picture: Gray) -> Gray:
        """The picture with fresh noise."""
        height, width = picture.shape[:2]
        dx, dy = (int(v) for v in self._rng.integers(0, 64, 2))
        table = self._tables[int(self._rng.integers(0, len(self._tables)))][dy : dy + height, dx : dx + width]
        return np.asarray(cv2.add(picture, table, dtype=cv2.CV_8U), np.uint8)
