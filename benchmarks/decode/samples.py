"""Public sample sets, where somebody has put them on this machine: zxing-cpp's own, ZXing's and BoofCV's.

Nothing of them is kept with the project. The first two are what zxing-cpp is tuned on; BoofCV's are neutral.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import thread_time
from typing import Final

import numpy as np
import zxingcpp

from hardware.decode import DEFAULT_FORMATS, FORMATS, decode_image
from hardware.decode.engines import ZXING_FORMATS
from hardware.frames import Gray
from hardware.opencv import cv2

_B = zxingcpp.BarcodeFormat
_PICTURES: Final = (".png", ".jpg", ".webp", ".gif")
FOLDERS: Final = {
    "QR": r"qrcode-[1-6]",
    "PDF417": r"pdf417-[123]",
    "AZTEC": r"aztec-\d",
    "CODE128": r"code128-\d",
    "MICRO_QR": r"microqrcode-\d",
    "RMQR": r"rmqrcode-\d",
    "DATA_MATRIX": r"datamatrix-\d",
    "EAN13": r"ean13-\d",
    "UPCA": r"upca-\d",
    "CODE39": r"code39-\d",
    "CODABAR": r"codabar-\d",
    "ITF": r"itf-\d",
    "none": r"falsepositives(-\d)?|partial|unsupported",
    "none, all formats": r"falsepositives(-\d)?|partial|unsupported",
}
# Left out beside several symbols in one picture and parts of a payload: pictures whose text file names only one of the
# codes really there, and two whose text file is wrong: zxing-cpp's ean13-2/23 shows 9784872348880 in digits, and
# ZXing's qrcode-2/13 says "photography", as zxing-cpp's copy of it has it.
_NOT_AS_SAID: Final = frozenset(
    {
        "samples/qrcode-2/16",
        "blackbox/qrcode-2/16",
        "blackbox/qrcode-2/13",
        "samples/ean13-2/23",
        "samples/ean13-1/35",
        "blackbox/ean13-1/35",
    }
    | {f"blackbox/ean13-2/{number}" for number in (14, 20, 21, 24)}
    | {"blackbox/code39-3/02", "blackbox/code39-3/08"}
)
_LONGEST_SIDE: Final = 1920
_QR: Final = frozenset({"QR"})  # all that BoofCV's photos hold
_CONTROL_NAMES: Final = (
    "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One code as an engine gave it: text, bytes and the middle of its outline."""

    text: str
    data: bytes
    middle: tuple[float, float]


Engine = Callable[[Gray, frozenset[str]], list[Seen]]


@dataclass(slots=True)
class Tally:
    """One engine on one set."""

    upright: int = 0
    rotated: int = 0
    wrong: int = 0
    ms: list[float] = field(default_factory=list)
    wrongs: list[str] = field(default_factory=list)


def ours(gray: Gray, formats: frozenset[str]) -> list[Seen]:
    """Every stage of ours."""
    return [Seen(read.text, read.data, _middle(read.outline)) for read in decode_image(gray, formats)]


def plain_zxing(gray: Gray, formats: frozenset[str]) -> list[Seen]:
    """zxing-cpp with its defaults and the same formats; plain text, so that its escapes are not held against it."""
    wanted = zxingcpp.BarcodeFormats([ZXING_FORMATS[name] for name in sorted(formats)])
    found = zxingcpp.read_barcodes(gray, formats=wanted, text_mode=zxingcpp.TextMode.Plain)
    return [Seen(code.text, bytes(code.bytes), _middle(_corners(code.position))) for code in found]


def _corners(position: zxingcpp.Position) -> list[tuple[int, int]]:
    return [(p.x, p.y) for p in (position.top_left, position.top_right, position.bottom_right, position.bottom_left)]


_ZBAR_NAMES: Final = {"QR": "QRCODE", "CODE128": "CODE128", "EAN13": "EAN13", "UPCA": "EAN13", "CODE39": "CODE39",
                      "CODABAR": "CODABAR", "ITF": "I25"}  # fmt: skip


def plain_pyzbar(gray: Gray, formats: frozenset[str]) -> list[Seen]:
    """Pyzbar at its best: gray picture, only formats that it knows (UPC-A as EAN-13), its exceptions caught."""
    from pyzbar import pyzbar
    from pyzbar.wrapper import ZBarSymbol

    symbols = [ZBarSymbol[_ZBAR_NAMES[name]] for name in sorted(formats & _ZBAR_NAMES.keys())]
    try:
        found = pyzbar.decode(gray, symbols=symbols) if symbols else []
    except ValueError:
        return []
    return [Seen(s.data.decode("utf-8", "replace"), s.data, _middle([(p.x, p.y) for p in s.polygon])) for s in found]


def _middle(points: tuple[tuple[int, int], ...] | list[tuple[int, int]]) -> tuple[float, float]:
    return sum(x for x, _ in points) / max(1, len(points)), sum(y for _, y in points) / max(1, len(points))


ENGINES: Final[dict[str, Engine]] = {"ours": ours, "plain zxing": plain_zxing, "plain pyzbar": plain_pyzbar}
Row = tuple[str, int, dict[str, Tally]]


def table_of(folder: Path, most: int | None = None) -> tuple[str, Iterator[Row], bool]:
    """What a folder of samples is, its rows, and whether each picture is turned too.

    Known layouts, anywhere below `folder`: those of zxing-cpp's test/samples and ZXing's blackbox folder (a text
    beside each picture), and that of BoofCV's QR photos (marked squares beside each). ValueError for any other.
    """
    if roots := sorted({found.parent for found in folder.rglob("qrcode-1")}):
        return roots[0].name, zxing_samples(roots[0], most), True
    if roots := sorted({found.parent for found in folder.rglob("monitor") if found.is_dir()}):
        return roots[0].name, boof_photos(roots[0], most), False
    raise ValueError(f"{folder} holds neither qrcode-1 (ZXing) nor monitor (BoofCV)")


def zxing_samples(root: Path, most: int | None = None) -> Iterator[Row]:
    """For each symbology: its name, the number of pictures and each engine's tally, upright and turned.

    The usual four formats are always allowed, as at a door; others only for their own pictures. `most` limits the
    pictures per folder.
    """
    for symbology, pattern in FOLDERS.items():
        folders = [folder for folder in sorted(root.iterdir()) if re.fullmatch(pattern, folder.name)]
        files = [file for folder in folders for file in _files(folder)[:most]]
        formats = frozenset(FORMATS) if "all" in symbology else DEFAULT_FORMATS | ({symbology} & ZXING_FORMATS.keys())
        tallies = {name: Tally() for name in ENGINES}
        for file in files:
            picture = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
            if picture is not None:
                _one_sample(file, np.asarray(picture, np.uint8), formats, tallies)
        yield symbology, len(files), tallies


def _files(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.iterdir()) if _counts(file)]


def _counts(file: Path) -> bool:
    return file.suffix.lower() in _PICTURES and "/".join((*file.parts[-3:-1], file.stem)) not in _NOT_AS_SAID


def _one_sample(file: Path, picture: Gray, formats: frozenset[str], tallies: dict[str, Tally]) -> None:
    right = _rightness(file)
    for turn in range(4):
        turned = np.ascontiguousarray(np.rot90(picture, turn))
        for name, tally in tallies.items():
            begun = thread_time()
            seen = ENGINES[name](turned, formats)
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
    return lambda code: text in _spellings(code.text)


def _spellings(text: str) -> set[str]:
    """A read as the sets write it: control characters by name, UPC-A with or without a 0, Codabar without its ends."""
    found = {text, _escaped(text), f"0{text}", text.removeprefix("0") if len(text) == 13 else text}
    if re.fullmatch(r"[A-D][-0-9$:/.+]+[A-D]", text):
        found.add(text[1:-1])
    return {_plain(spelling) for spelling in found}


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
        for file in _photos(folder)[:most]:
            marks = _marks(file.with_suffix(".txt"))
            picture = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION)
            if picture is None or not marks:
                continue
            scale = min(1.0, _LONGEST_SIDE / max(picture.shape))
            gray = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
            codes += len(marks)
            for name, tally in tallies.items():
                begun = thread_time()
                middles = [(code.middle[0] / scale, code.middle[1] / scale) for code in ENGINES[name](gray, _QR)]
                tally.ms.append((thread_time() - begun) * 1000)
                tally.upright += sum(any(cv2.pointPolygonTest(m, p, False) >= 0 for p in middles) for m in marks)
        yield folder.name, codes, tallies


def _photos(folder: Path) -> list[Path]:
    """Its pictures: most are JPEG, the drawn ones PNG."""
    return sorted(file for file in folder.iterdir() if file.suffix in _PICTURES)


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
