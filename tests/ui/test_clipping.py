"""No clipped words: every label and button of every screen is measured, in every language."""

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton

from scanner_app.ui import texts
from scanner_app.ui.screenshots import SHOTS, staged
from scanner_app.ui.widgets.headline import Headline

WALKED = (
    "door-ready", "door-offline", "door-admit-typed", "door-already-used", "door-look-only", "door-type-a-code",
    "door-override", "pin-locked-out", "setup-1-account", "setup-3-place", "setup-6-ready", "settings-places",
    "settings-sound", "settings-look", "settings-kiosk", "helpdesk", "history-details", "numbers", "readiness-not",
    "kiosk-waiting", "kiosk-see-staff",
)  # fmt: skip
CASES = [(s, c) for c in texts.languages() for s in SHOTS if c in ("en", "de") or s.name in WALKED]


@pytest.mark.parametrize(("shot", "language"), CASES, ids=[f"{s.name}-{c}" for s, c in CASES])
def test_nothing_is_cut_off(qapp, shot, language):
    with staged(shot, language, (1280, 800)) as stage:
        window = stage.window
        assert (window.width(), window.height()) == (1280, 800), "the words push the window apart"
        for label in window.findChildren(QLabel):
            if label.isVisibleTo(window) and label.text():
                assert fits(label), (label.text(), label.size(), label.sizeHint())
        for made in window.findChildren(QPushButton):
            if made.isVisibleTo(window) and made.text():
                words = made.fontMetrics().horizontalAdvance(made.text().replace("&&", "&"))
                assert words <= made.width() - 6, made.text()  # the ring takes three at either side
        for made in window.findChildren(QAbstractButton):
            if made.isVisibleTo(window):
                assert made.height() >= 64 or type(made).__name__ == "ScanRow", made.text()
        for headline in window.findChildren(Headline):
            if headline.isVisibleTo(window) and headline.text():
                assert headline.pixels >= 96, headline.text()


def fits(label) -> bool:
    """An elided label shortens itself on purpose; a wrapped one must be high enough, any other wide enough."""
    if label._elide:
        return label.height() >= label.fontMetrics().height() - 2
    if label.wordWrap():
        return label.heightForWidth(label.width()) <= label.height() + 3
    return label.fontMetrics().horizontalAdvance(label.text()) <= label.width() + 2 or "\n" in label.text()
