"""Public sample sets, where somebody has put them on this machine: zxing-cpp's own and BoofCV's.

Nothing of them is kept with the project. zxing-cpp's are what zxing-cpp is tuned on; BoofCV's are neutral.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import thread_time
from typing import Final

import numpy as np
import zxingcpp

from hardware.decode import decode_image
from hardware.frames import Gray
from hardware.opencv import cv2

_B = zxingcpp.BarcodeFormat
_FOUR: Final = zxingcpp.BarcodeFormats([_B.QRCode, _B.PDF417, _B.Aztec, _B.Code128])
_PICTURES: Final = (".png", ".jpg", ".webp", ".gif")
# Left out as in docs/decode.md section 2: several symbols in one picture, parts of a payload, and pictures whose text
# file holds only one of the two codes that are really there.
ZXING_SETS: Final = {
    "QR": ("qrcode-1", "qrcode-2", "qrcode-3", "qrcode-4", "qrcode-5", "qrcode-6"),
    "PDF417": ("pdf417-1", "pdf417-2", "pdf417-3"),
    "AZTEC": ("aztec-1", "aztec-2"),
    "CODE128": ("code128-1", "code128-2", "code128-3"),
    "none": ("falsepositives-1", "falsepositives-2"),
}
_TWO_CODES: Final = frozenset({"qrcode-2/16"})
_LONGEST_SIDE: Final = 1920
_CONTROL_NAMES: Final = (
    "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One code as an engine gave it: text, bytes and the middle of its outline."""

    text: str
    data: bytes
    middle: tuple[float, float]


Engine = Callable[[Gray], list[Seen]]


@dataclass(slots=True)
class Tally:
    """One engine on one set."""

    upright: int = 0
    rotated: int = 0
    wrong: int = 0
    ms: list[float] = field(default_factory=list)
    wrongs: list[str] = field(default_factory=list)


def ours(gray: Gray) -> list[Seen]:
    """Every stage of ours."""
    return [Seen(read.text, read.data, _middle(read.outline)) for read in decode_image(gray)]


def plain_zxing(gray: Gray) -> list[Seen]:
    """zxing-cpp with its defaults and four formats; plain text, so that its escapes are not held against it."""
    found = zxingcpp.read_barcodes(gray, formats=_FOUR, text_mode=zxingcpp.TextMode.Plain)
    return [Seen(code.text, bytes(code.bytes), _middle(_corners(code.position))) for code in found]


def _corners(position: zxingcpp.Position) -> list[tuple[int, int]]:
    return [(p.x, p.y) for p in (position.top_left, position.top_right, position.bottom_right, position.bottom_left)]


def pyzbar_two(gray: Gray) -> list[Seen]:
    """Pyzbar at its best: gray picture, QR and Code 128 only, its exceptions caught."""
    from pyzbar import pyzbar
    from pyzbar.wrapper import ZBarSymbol

    try:
        found = pyzbar.decode(gray, symbols=[ZBarSymbol.QRCODE, ZBarSymbol.CODE128])
    except ValueError:
        return []
    return [Seen(s.data.decode("utf-8", "replace"), s.data, _middle([(p.x, p.y) for p in s.polygon])) for s in found]


def _middle(points: tuple[tuple[int, int], ...] | list[tuple[int, int]]) -> tuple[float, float]:
    return sum(x for x, _ in points) / max(1, len(points)), sum(y for _, y in points) / max(1, len(points))


ENGINES: Final[dict[str, Engine]] = {"ours": ours, "plain zxing": plain_zxing, "pyzbar QR+C128": pyzbar_two}


def zxing_samples(root: Path) -> Iterator[tuple[str, int, dict[str, Tally]]]:
    """For each symbology: its name, the number of pictures and each engine's tally, upright and turned."""
    for symbology, folders in ZXING_SETS.items():
        files = [file for folder in folders for file in sorted((root / folder).glob("*")) if _counts(file)]
        tallies = {name: Tally() for name in ENGINES}
        for file in files:
            picture = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
            if picture is not None:
                _one_sample(file, np.asarray(picture, np.uint8), tallies)
        yield symbology, len(files), tallies


def _counts(file: Path) -> bool:
    return file.suffix.lower() in _PICTURES and f"{file.parent.name}/{file.stem}" not in _TWO_CODES


def _one_sample(file: Path, picture: Gray, tallies: dict[str, Tally]) -> None:
    right = _rightness(file)
    for turn in range(4):
        turned = np.ascontiguousarray(np.rot90(picture, turn))
        for name, tally in tallies.items():
            begun = thread_time()
            seen = ENGINES[name](turned)
            tally.ms.append((thread_time() - begun) * 1000)
            good = any(right(code) for code in seen)
            tally.upright += good and turn == 0
            tally.rotated += good and turn > 0
            bad = [code for code in seen if not right(code)]
            tally.wrong += bool(bad)
            tally.wrongs += [f"{file.parent.name}/{file.name}: {bad[0].text[:40]!r}"] if bad and turn == 0 else []


def _rightness(file: Path) -> Callable[[Seen], bool]:
    """Whether a code is the one that the sample's text (or bytes) file gives; a sample without one must not be read."""
    if file.with_suffix(".bin").exists():
        data = file.with_suffix(".bin").read_bytes()
        return lambda code: code.data == data
    if not file.with_suffix(".txt").exists():
        return lambda _code: False
    text = _plain(file.with_suffix(".txt").read_text("utf-8", "replace"))
    return lambda code: text in (_plain(code.text), _plain(_escaped(code.text)))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _escaped(text: str) -> str:
    """Control characters as the samples' text files write them."""
    marks = {number: f"<{name}>" for number, name in enumerate(_CONTROL_NAMES.split()) if number != ord("\n")}
    return text.translate(marks | {127: "<DEL>"})


def boof_photos(root: Path, most: int | None = None) -> Iterator[tuple[str, int, dict[str, Tally]]]:
    """For each folder of BoofCV's QR photos: its name, the number of marked codes and how many each engine read.

    There are no texts; a read counts when its middle lies in a hand-marked square. `most` limits the photos per folder.
    """
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        codes, tallies = 0, {name: Tally() for name in ENGINES}
        for file in sorted(folder.glob("*.jpg"))[:most]:
            marks = _marks(file.with_suffix(".txt"))
            picture = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION)
            if picture is None or not marks:
                continue
            scale = min(1.0, _LONGEST_SIDE / max(picture.shape))
            gray = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
            codes += len(marks)
            for name, tally in tallies.items():
                begun = thread_time()
                middles = [(code.middle[0] / scale, code.middle[1] / scale) for code in ENGINES[name](gray)]
                tally.ms.append((thread_time() - begun) * 1000)
                tally.upright += sum(any(cv2.pointPolygonTest(m, p, False) >= 0 for p in middles) for m in marks)
        yield folder.name, codes, tallies


def _marks(file: Path) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    """The squares of a BoofCV mark file: lines of x and y, four corners each, or eight numbers in a line."""
    if not file.exists():
        return []
    numbers = [
        float(word)
        for line in file.read_text().splitlines()
        if not line.startswith(("#", "S"))
        for word in line.split()
    ]
    return [np.array(numbers[at : at + 8], np.float32).reshape(4, 2) for at in range(0, len(numbers) - 7, 8)]
