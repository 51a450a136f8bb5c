"""Who is compared: our pipeline, plain zxing-cpp with four formats, and pyzbar as most examples use it."""

from collections.abc import Callable
from typing import Final, Protocol

import numpy as np
import zxingcpp

from hardware.decode.pipeline import Pipeline
from hardware.frames import Frame
from hardware.opencv import cv2

_B = zxingcpp.BarcodeFormat
_FOUR: Final = zxingcpp.BarcodeFormats([_B.QRCode, _B.PDF417, _B.Aztec, _B.Code128])


class Contender(Protocol):
    """Texts read in a frame; one instance per clip."""

    def __call__(self, frame: Frame) -> list[str]:
        """The texts."""
        ...


class Ours:
    """The live pipeline: only confirmed reads count."""

    def __init__(self) -> None:
        self.pipeline = Pipeline()

    def __call__(self, frame: Frame) -> list[str]:
        """See Contender."""
        return [read.text for read in self.pipeline.process(frame)]


def plain_zxing(frame: Frame) -> list[str]:
    """zxing-cpp with its defaults and four formats, on the gray picture; its first read counts."""
    return [barcode.text for barcode in zxingcpp.read_barcodes(frame.gray, formats=_FOUR)]


def naive_pyzbar() -> Contender:
    """`pyzbar.decode(picture)` on the BGR picture, all symbologies; a raised ValueError counts as nothing read."""
    from pyzbar import pyzbar

    def read(frame: Frame) -> list[str]:
        colour = np.asarray(cv2.cvtColor(frame.gray, cv2.COLOR_GRAY2BGR))
        try:
            return [symbol.data.decode("utf-8", "replace") for symbol in pyzbar.decode(colour)]
        except ValueError:
            return []

    return read


CONTENDERS: Final[dict[str, Callable[[], Contender]]] = {
    "ours": Ours,
    "plain zxing": lambda: plain_zxing,
    "naive pyzbar": naive_pyzbar,
}
