"""The window's cameras follow the barcodes that the place in use allows, and present one code at a time."""

import queue

import numpy as np
import zxingcpp

from hardware.opencv import cv2
from scanner_app.application.events import DeviceChanged, DeviceState
from scanner_app.sources import CameraLine, SourceSet


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


def test_of_two_guests_in_one_picture_only_the_one_in_the_middle_is_judged(tmp_path):
    picture = np.full((720, 1280), 120, np.uint8)
    for text, (left, top) in (("BEHIND", (60, 60)), ("FRONT", (520, 260))):
        code = np.array(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_image(scale=8), np.uint8)
        picture[top : top + code.shape[0], left : left + code.shape[1]] = code
    file = tmp_path / "shown.png"
    cv2.imwrite(str(file), picture)
    credentials = []
    line = CameraLine(str(file), lambda credential: credentials.append(credential.text), lambda _event: None)
    line.start(paced=False)
    try:
        while not line.wait(1.0):
            continue
    finally:
        assert line.stop()
    assert credentials == ["FRONT"]


def test_a_camera_that_is_only_looked_at_is_marked_and_silent_once_nobody_looks(tmp_path):
    for name in ("door.png", "other.png"):
        cv2.imwrite(str(tmp_path / name), np.full((120, 160), 120, np.uint8))
    told = queue.Queue()
    sources = SourceSet(lambda _credential: None, told.put)
    try:
        end = sources.watch(str(tmp_path / "other.png"))
        seen = [told.get(timeout=60) for _ in range(3)]
        assert {e.state for e in seen if isinstance(e, DeviceChanged)} == {DeviceState.OPENING, DeviceState.RUNNING}
        assert all(e.watched for e in seen)
        end()
        rest = [told.get_nowait() for _ in range(told.qsize())]
        assert [e for e in rest if isinstance(e, DeviceChanged) and e.state is DeviceState.ENDED] == []
        sources.use((str(tmp_path / "door.png"),), loop=True)
        assert not told.get(timeout=60).watched
    finally:
        assert sources.stop()
