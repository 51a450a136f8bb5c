"""Where no picture is, the whole of why is said."""

import pytest

from scanner_app.ui.theme import Theme
from scanner_app.ui.widgets.preview import Preview


def bands(preview):
    """How many rows of things are drawn, one above the other."""
    image = preview.grab().toImage()
    ground = image.pixel(image.width() // 2, 2)
    inked = [any(image.pixel(x, y) != ground for x in range(20, image.width() - 20)) for y in range(image.height())]
    return sum(now and not before for before, now in zip([False, *inked], inked, strict=False))


@pytest.mark.parametrize("high", [300, 150])
def test_every_line_of_a_message_is_seen(qtbot, high):
    """The third line and all below it were cut off."""
    preview = Preview(Theme())
    qtbot.addWidget(preview)
    preview.resize(360, high)
    preview.clear("HHHH")
    alone = bands(preview)
    preview.clear("HHHH\nHHHH\nHHHH\nHHHH")
    without_camera = alone - 1 if high < 200 else 0
    assert bands(preview) == alone + 3 - without_camera
