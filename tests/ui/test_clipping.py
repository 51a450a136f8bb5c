"""Every screen walked: plain text in every label, no clipped words, nothing smaller than a finger."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton

from scanner_app.ui import texts
from scanner_app.ui.screenshots import SHOTS, staged
from scanner_app.ui.theme import Theme
from scanner_app.ui.widgets.headline import Headline
from scanner_app.ui.widgets.text import Label

WALKED = (
    "door-offline", "door-admit-typed", "door-already-used", "door-type-a-code", "setup-3-place", "settings-kiosk",
    "helpdesk", "numbers", "readiness-not", "kiosk-see-staff", "kiosk-waiting", "door-exit", "settings-pin",
    "settings-privacy", "settings-transfer", "settings-details", "keyboard",
)  # fmt: skip
ALSO = ("door-look-only", "door-override", "pin-locked-out", "setup-1-account", "setup-6-ready", "history-details")
LARGE = (
    "door-admit-stale", "door-error-toast", "door-exit", "kiosk-waiting", "door-already-used", "door-offline",
    "helpdesk", "settings-look", "readiness-not", "pin-locked-out",
)  # fmt: skip
CASES = [
    *((shot, "en", 1.0) for shot in SHOTS),
    *((shot, code, 1.0) for code in texts.languages()[1:] for shot in SHOTS if shot.name in WALKED),
    *((shot, "de", 1.0) for shot in SHOTS if shot.name in ALSO),
    *((shot, "en", scale) for scale in (1.5, 2.0) for shot in SHOTS if shot.name in LARGE),
]
"""Every screen in English; in other languages and with larger text those that have the most to say."""


@pytest.mark.parametrize(("shot", "language", "scale"), CASES, ids=[f"{s.name}-{c}-{x}" for s, c, x in CASES])
def test_every_screen_is_plain_text_and_nothing_of_it_is_cut_off(qapp, shot, language, scale):
    walk(shot, language, (1280, 800), scale)


@pytest.mark.faults
@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)], ids=str)
@pytest.mark.parametrize("language", texts.languages())
@pytest.mark.parametrize("shot", SHOTS, ids=[s.name for s in SHOTS])
def test_every_screen_in_every_language_and_size(qapp, shot, language, size):
    walk(shot, language, size, 1.0)


def walk(shot, language, size, scale):
    """Measure every word of a screen against the room it has."""
    with staged(shot, language, size, scale=scale) as stage:
        window = stage.window
        assert (window.width(), window.height()) == size, "the words push the window apart"
        for label in window.findChildren(QLabel):
            assert isinstance(label, Label), label.text()
            assert label.textFormat() is Qt.TextFormat.PlainText
            assert label.textInteractionFlags() == Qt.TextInteractionFlag.NoTextInteraction
            if label.isVisibleTo(window) and label.text():
                assert fits(label), (label.text(), label.size(), label.sizeHint())
        for made in window.findChildren(QPushButton):
            if made.isVisibleTo(window) and made.text():
                words = made.fontMetrics().horizontalAdvance(made.text().replace("&&", "&"))
                assert words <= made.width() - 6, made.text()  # the ring takes three at either side
        for made in window.findChildren(QAbstractButton):
            assert not made.toolTip()  # tool tips read markup
            if made.isVisibleTo(window):
                assert made.height() >= 64 or type(made).__name__ == "ScanRow", made.text()
        for headline in window.findChildren(Headline):
            if headline.isVisibleTo(window) and headline.text():
                assert headline.pixels >= 96, headline.text()


def test_what_hangs_below_a_headline_is_drawn_whole(qapp):
    made = Headline(Theme())
    made.resize(900, 200)
    made.show_words("y", QColor("white"))
    drawn = QImage(made.size(), QImage.Format.Format_RGB32)
    made.render(drawn)
    ground = drawn.pixelColor(drawn.width() - 1, 0)
    inked = [y for y in range(drawn.height()) if any(drawn.pixelColor(x, y) != ground for x in range(100))]
    assert len(inked) >= QFontMetrics(made.font_at(made.pixels)).tightBoundingRect("y").height() - 1


def fits(label) -> bool:
    """A label of somebody else's words may shorten itself; our own words fit: high enough wrapped, else wide enough."""
    if label._elide:
        high = label.height() >= label.fontMetrics().height() - 2
        return high and (label._foreign or label.fontMetrics().horizontalAdvance(label.text()) <= label.width() + 2)
    if label.wordWrap():
        return label.heightForWidth(label.width()) <= label.height() + 3
    return label.fontMetrics().horizontalAdvance(label.text()) <= label.width() + 2 or "\n" in label.text()
