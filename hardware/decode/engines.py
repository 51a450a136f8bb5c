"""The decoders behind one port. zxing-cpp is the decoder of record; zbar is a second opinion on QR codes."""

from collections.abc import Callable
from typing import Any, Final, Protocol

import numpy as np
import zxingcpp

from hardware.decode.read import Outline, Read
from hardware.decode.structured_append import part_of
from hardware.frames import Gray

_B = zxingcpp.BarcodeFormat
ZXING_FORMATS: Final = {
    "QR": _B.QRCode, "PDF417": _B.PDF417, "AZTEC": _B.Aztec, "CODE128": _B.Code128, "MICRO_QR": _B.MicroQRCode,
    "RMQR": _B.RMQRCode, "DATA_MATRIX": _B.DataMatrix, "EAN13": _B.EAN13, "UPCA": _B.UPCA, "CODE39": _B.Code39,
    "CODABAR": _B.Codabar, "ITF": _B.ITF,
}  # fmt: skip
_NAMES: Final = {
    "QRCode": "QR", "QRCodeModel1": "QR", "QRCodeModel2": "QR", "PDF417": "PDF417", "CompactPDF417": "PDF417",
    "Aztec": "AZTEC", "AztecCode": "AZTEC", "AztecRune": "AZTEC", "Code128": "CODE128", "MicroQRCode": "MICRO_QR",
    "RMQRCode": "RMQR", "DataMatrix": "DATA_MATRIX", "EAN13": "EAN13", "UPCA": "UPCA", "Code39": "CODE39",
    "Code39Std": "CODE39", "Code39Ext": "CODE39", "Code32": "CODE39", "PZN": "CODE39",
    "Codabar": "CODABAR", "ITF": "ITF", "ITF14": "ITF",
}  # fmt: skip


class Engine(Protocol):
    """One decoder. `read` never raises on a picture, whatever is in it."""

    name: str

    def read(
        self, gray: Gray, formats: frozenset[str], *, invert: bool = False, downscale: bool = True, rotate: bool = True
    ) -> list[Read]:
        """All codes of these formats in the picture, outlines in its pixels."""
        ...


class ZxingEngine:
    """zxing-cpp: every format, payload bytes exactly as coded."""

    name = "zxing"

    def read(
        self,
        gray: Gray,
        formats: frozenset[str],
        *,
        invert: bool = False,
        downscale: bool = True,
        rotate: bool = True,
        binarizer: zxingcpp.Binarizer = zxingcpp.Binarizer.LocalAverage,
    ) -> list[Read]:
        """See Engine.read."""
        if not formats or min(gray.shape) < 3:
            return []
        wanted = [ZXING_FORMATS[name] for name in sorted(formats)]
        found = zxingcpp.read_barcodes(
            np.ascontiguousarray(gray),
            formats=zxingcpp.BarcodeFormats(wanted),
            try_invert=invert,
            try_downscale=downscale,
            try_rotate=rotate,
            text_mode=zxingcpp.TextMode.Plain,
            binarizer=binarizer,
        )
        reads = (self._read(barcode, formats) for barcode in found if barcode.valid)
        return [read for read in reads if read is not None]

    def _read(self, barcode: zxingcpp.Barcode, formats: frozenset[str]) -> Read | None:
        name = _NAMES.get(barcode.format.name)
        data = bytes(barcode.bytes)
        if len(data) == 13 and data.startswith(b"0") and "UPCA" in formats and name in ("EAN13", "UPCA"):
            # A UPC-A symbol is an EAN-13 whose first digit is 0; the allow-list says under which name it counts.
            name, data = "UPCA", data[1:]
        if name not in formats or not data:
            return None
        text = barcode.text if name != "UPCA" else data.decode("ascii", "replace")
        return Read(name, text, data, _outline(barcode.position), self.name, _spare(barcode), part_of(barcode))


def _spare(barcode: zxingcpp.Barcode) -> float:
    """Share of the error correction left unused, 0 where the symbology has none."""
    extra = barcode.extra
    return float(extra.get("UEC", 0.0)) if isinstance(extra, dict) else 0.0


def _outline(position: zxingcpp.Position) -> Outline:
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return tuple((int(p.x), int(p.y)) for p in corners)


class ZbarEngine:
    """zbar through pyzbar: QR codes only, and only plain ASCII payloads.

    libzbar guesses encodings (UTF-8 umlauts come back as katakana) and drops Code 128's FNC4, so its bytes cannot be
    trusted beyond that. Raises ImportError when libzbar is not installed.
    """

    name = "zbar"

    def __init__(self) -> None:
        from pyzbar import pyzbar, wrapper

        self._decode: Callable[..., list[Any]] = pyzbar.decode
        self._symbols = [wrapper.ZBarSymbol.QRCODE]
        self.errors = 0

    def read(
        self, gray: Gray, formats: frozenset[str], *, invert: bool = False, downscale: bool = True, rotate: bool = True
    ) -> list[Read]:
        """See Engine.read; zbar has no options, and reads nothing but QR codes."""
        if "QR" not in formats or min(gray.shape) < 3:
            return []
        try:
            found = self._decode(np.ascontiguousarray(gray), symbols=self._symbols)
        except Exception:  # noqa: BLE001 - pyzbar raises ValueError on every structured-append code; anyone can show one
            self.errors += 1
            return []
        return [read for symbol in found if (read := self._read(symbol)) is not None]

    def _read(self, symbol: Any) -> Read | None:
        data = bytes(symbol.data)
        corners = tuple((int(p.x), int(p.y)) for p in symbol.polygon)
        if len(corners) != 4 or not data or not all(0x20 <= byte < 0x7F for byte in data):
            return None
        return Read("QR", data.decode("ascii"), data, corners, self.name)


def zbar_or_reason() -> tuple[ZbarEngine | None, str]:
    """The second engine, or None and the sentence that says why this machine goes without it."""
    try:
        return ZbarEngine(), ""
    except ImportError as error:
        return None, f"zbar is not installed ({error}); zxing-cpp decodes alone"
