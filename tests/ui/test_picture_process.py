"""Strangers' pictures are unpacked in a process of their own: bounds, a deadline, and nothing left behind."""

import time
from dataclasses import replace

import pytest
from PySide6.QtCore import QBuffer, QIODevice, QSize
from PySide6.QtGui import QColor, QImage

from scanner_app.ui import picture_process
from scanner_app.ui.picture_process import PictureProcess
from scanner_app.ui.pictures import GUEST, HOUSE

SQUARE = QSize(150, 150)


def picture(wide, high, kind):
    image, buffer = QImage(wide, high, QImage.Format.Format_RGB32), QBuffer()
    image.fill(QColor("#aa3366"))
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, kind)
    return buffer.data().data()


@pytest.fixture
def pictures(qapp):
    made = PictureProcess()
    yield made
    made.stop()


def test_a_picture_comes_back_as_large_as_is_needed(pictures):
    for kind in ("PNG", "JPEG"):
        found = pictures.unpack(picture(300, 400, kind), SQUARE)
        assert (found.width(), found.height()) == (150, 200)
        assert abs(found.pixelColor(75, 75).red() - 0xAA) < 4
    process = pictures._process
    broken = picture(300, 400, "PNG")[:200]
    for content in (b"", b"<svg/>", broken, picture(GUEST.side + 1, 2, "PNG"), bytes(GUEST.bytes + 1)):
        assert pictures.unpack(content, SQUARE) is None
    assert pictures.unpack(picture(20, 10, "PNG"), SQUARE).width() == 20
    house = pictures.unpack(picture(GUEST.side + 100, 40, "PNG"), QSize(1280, 800), HOUSE)
    assert house.width() == GUEST.side + 100, "what an administrator chose may be larger"
    assert pictures._process is process, "what is no picture costs no process"
    pictures.stop()
    assert process.poll() is not None
    assert pictures.unpack(picture(20, 10, "PNG"), SQUARE) is None, "nobody would end the next one"


def test_a_process_that_hangs_or_dies_costs_its_own_picture_only(pictures, monkeypatch):
    short = replace(GUEST, seconds=0.5)
    monkeypatch.setattr(picture_process, "KINDS", (short, HOUSE))
    for module in ("tests.support.stuck", "this"):  # one never answers, one says something else and ends
        monkeypatch.setattr(pictures, "_module", module)
        begun = time.monotonic()
        assert pictures.unpack(picture(30, 40, "PNG"), QSize(15, 15), short) is None
        assert time.monotonic() - begun < 5
    monkeypatch.undo()
    pictures._end()
    assert pictures._module == picture_process.CHILD
    assert pictures.unpack(picture(30, 40, "PNG"), QSize(15, 15)) is not None
