"""Every screen walked: plain text in every label, no clipped words, nothing smaller than a finger."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton

from scanner_app.ui import texts
from scanner_app.ui.screenshots import SHOTS, staged
from scanner_app.ui.theme import Theme, load_fonts
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


@pytest.mark.parametrize("language", texts.languages())
def test_no_headline_is_cut_off(qapp, request, language):
    """As many lines of ink with the height that it asks for as with room above and below."""
    load_fonts()
    texts.set_language(language)
    request.addfinalizer(lambda: texts.set_language(texts.FALLBACK))
    for code in texts.catalogue(language).codes:
        made = Headline(Theme())
        if texts.is_rtl():
            made.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        for width in (420, 1240):
            made.resize(width, 200)
            made.show_words(texts.headline(code), QColor("white"))
            needed = inked(made, 0, made.height())
            assert needed == inked(made, 200, made.height() + 400), (code, width)


def inked(headline, above, high):
    """How many lines of pixels a headline takes on a picture so high, its own top `above` pixels below the edge."""
    drawn = QImage(headline.width(), high, QImage.Format.Format_Grayscale8)
    drawn.fill(0)
    painter = QPainter(drawn)
    painter.translate(0, above)
    headline.draw(painter)
    painter.end()
    rows = np.frombuffer(drawn.constBits(), np.uint8).reshape(high, drawn.bytesPerLine())
    return int((rows > 60).any(axis=1).sum())


def fits(label) -> bool:
    """A label of somebody else's words may shorten itself; our own words fit: high enough wrapped, else wide enough."""
    if label._elide:
        high = label.height() >= label.fontMetrics().height() - 2
        return high and (label._foreign or label.fontMetrics().horizontalAdvance(label.text()) <= label.width() + 2)
    if label.wordWrap():
        return label.heightForWidth(label.width()) <= label.height() + 3
    return label.fontMetrics().horizontalAdvance(label.text()) <= label.width() + 2 or "\n" in label.text()
