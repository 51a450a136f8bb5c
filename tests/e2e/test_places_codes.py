"""The window's cameras follow the barcodes that the place in use allows."""

import queue

import numpy as np
import zxingcpp

from hardware.opencv import cv2
from scanner_app.sources import SourceSet


def test_cameras_are_opened_anew_when_the_place_allows_other_codes(tmp_path):
    drawn = zxingcpp.create_barcode("PASS-1", zxingcpp.BarcodeFormat.DataMatrix).to_image(scale=8)
    file = tmp_path / "shown.png"
    cv2.imwrite(str(file), np.pad(np.array(drawn, np.uint8), 100, constant_values=255))
    credentials = queue.Queue()
    sources = SourceSet(credentials.put, lambda _event: None)
    try:
        sources.use((str(file),), frozenset({"QR"}), loop=True)
        sources.use((str(file),), frozenset({"QR", "DATA_MATRIX"}), loop=True)
        found = credentials.get(timeout=60)
        assert (found.text, found.symbology.value) == ("PASS-1", "DATA_MATRIX")
    finally:
        assert sources.stop()
