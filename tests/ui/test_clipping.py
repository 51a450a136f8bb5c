"""Every screen walked: plain text in every label, no clipped words, nothing smaller than a finger."""

import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QScrollArea

from scanner_app.ui import moments, texts
from scanner_app.ui.facts import breaks
from scanner_app.ui.screenshot_stage import staged
from scanner_app.ui.screenshots import SHOTS
from scanner_app.ui.theme import Theme, load_fonts
from scanner_app.ui.tokens import TOUCH
from scanner_app.ui.widgets.drop import Drop
from scanner_app.ui.widgets.headline import Headline
from scanner_app.ui.widgets.overlay import Toast
from scanner_app.ui.widgets.rail import RailButton
from scanner_app.ui.widgets.text import Label
from tests.support.measure import faults

SIZES = ((1280, 800), (1920, 1080))
SCALES = (1.0, 2.0)
KEY = re.compile(rf"({'|'.join(sorted({key.split('.')[0] for key in texts.catalogue('en').words}))})(\.[\w-]+)+")
"""What a label says whose key no catalogue has: the key itself."""


def _each_twice():
    """Every screen in two languages: with the largest text on the smaller window, and as most people have it."""
    for n, shot in enumerate(SHOTS):
        languages = texts.languages()
        yield shot, languages[n % len(languages)], SIZES[0], 2.0
        yield shot, languages[(n + 5) % len(languages)], SIZES[n % 2], 1.0


@pytest.mark.parametrize(
    ("shot", "language", "size", "scale"), [pytest.param(*c, id=f"{c[0].name}-{c[1]}-{c[3]}") for c in _each_twice()]
)
def test_every_screen_is_plain_text_and_nothing_of_it_is_cut_off(qapp, shot, language, size, scale):
    walk(shot, language, size, scale)


@pytest.mark.faults
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("language", texts.languages())
@pytest.mark.parametrize("shot", SHOTS, ids=[s.name for s in SHOTS])
def test_every_screen_in_every_language_size_and_scale(qapp, shot, language, size, scale):
    walk(shot, language, size, scale)


def walk(shot, language, size, scale):
    """Measure every word of a screen against the room it has."""
    with staged(shot, language, size, scale=scale) as stage:
        window = stage.window
        assert (window.width(), window.height()) == size, "the words push the window apart"
        for label in window.findChildren(QLabel):
            assert isinstance(label, Label), label.text()
            assert label.textFormat() is Qt.TextFormat.PlainText
            assert label.textInteractionFlags() == Qt.TextInteractionFlag.NoTextInteraction
        for made in window.findChildren(QAbstractButton):
            assert not made.toolTip()  # tool tips read markup
        assert faults(window) == []
        assert [text for text, _ in words(window) if KEY.fullmatch(text)] == [], "a word that no catalogue has"


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


@pytest.mark.parametrize("name", ["numbers-platform", "settings-one-place-codes", "door-undo-toast"])
def test_a_picture_is_the_same_whenever_it_is_drawn(qapp, monkeypatch, name):
    """An age, today's date and what may be undone for two minutes more."""
    shot = next(s for s in SHOTS if s.name == name)
    drawn = []
    for later in (timedelta(0), timedelta(days=40)):
        monkeypatch.setattr(moments, "_clocks", [lambda later=later: datetime.now(UTC) + later])
        with staged(shot, "en", SIZES[0]) as stage:
            drawn.append(words(stage.window))
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("language", ["de", "ar"])
def test_with_the_largest_text_a_verdict_still_tells_the_time_of_the_other_pass(qapp, language):
    shot = next(s for s in SHOTS if s.name == "door-same-person")
    with staged(shot, language, SIZES[0], scale=2.0) as stage:
        value = stage.window.screens["door"].panel._fact_labels[1]
        assert value.isVisible()
        assert value.wordWrap()
        assert value.height() >= value.heightForWidth(value.width())


@pytest.mark.parametrize(
    ("value", "wanted"),
    [("7340219-NOT-OURS", True), ("SNF-7340219-1234", False), ("Wheelchair place booked", True), ("", True)],
)
def test_a_value_breaks_where_a_line_may_break(value, wanted):
    assert breaks(value) is wanted


def words(window):
    """Everything that is to be read, and whether it is to be seen."""
    read = [(w.text(), w.isVisible()) for kind in (QLabel, QAbstractButton) for w in window.findChildren(kind)]
    return read + [(field.placeholderText(), field.isVisible()) for field in window.findChildren(QLineEdit)]


def test_a_long_word_of_the_rail_breaks_where_its_language_lets_it(qapp):
    load_fonts()
    texts.set_language("de")
    try:
        large, usual = RailButton(Theme(text=2.0), "settings"), RailButton(Theme(), "settings")
    finally:
        texts.set_language(texts.FALLBACK)
    assert large.accessibleName() == large.text() == "Einstellungen"
    assert large.lines == ["Einstel-", "lungen"]
    assert usual.lines == ["Einstellungen"]
    assert large.height() > usual.height()


@pytest.mark.parametrize("name", ["setup-1-account", "settings-pin", "settings-one-place"])
def test_what_drops_down_is_for_fingers_too(qapp, name):
    with staged(next(s for s in SHOTS if s.name == name), "de", SIZES[0]) as stage:
        drops = stage.window.findChildren(Drop)
        assert drops
        assert {drop.view().sizeHintForRow(0) >= TOUCH for drop in drops if drop.count()} == {True}


CLEAR = [
    "settings-language",
    "settings-readers",
    "settings-one-place",
    "setup-1-account",
    "setup-2-templates",
    "door-choose",
]


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("name", CLEAR)
def test_what_scrolls_is_clear_of_its_scroll_bar(qapp, name, language):
    """Also where the language begins at the other side."""
    with staged(next(s for s in SHOTS if s.name == name), language, SIZES[0]) as stage:
        for area in stage.window.findChildren(QScrollArea):
            bar, inner = area.verticalScrollBar(), area.widget()
            if not bar.isVisible() or area.window().panel not in (None, *_above(area)):
                continue
            for made in [*inner.findChildren(QAbstractButton), *inner.findChildren(QLineEdit)]:
                near = made.mapTo(area, made.rect().topLeft()).x()
                gap = near - bar.width() if language == "ar" else area.width() - bar.width() - near - made.width()
                assert gap >= 4, made.text()


@pytest.mark.parametrize("language", texts.languages())
def test_a_toast_lies_over_nothing_of_a_door_that_waits_and_holds_its_button(qapp, language):
    with staged(next(s for s in SHOTS if s.name == "door-undo-toast"), language, SIZES[0]) as stage:
        toast, panel = stage.window.findChild(Toast), stage.window.screens["door"].panel
        lowest = panel.idle_hint.mapTo(stage.window, panel.idle_hint.rect().bottomLeft()).y()
        assert lowest < toast.mapTo(stage.window, toast.rect().topLeft()).y()
        act = toast.findChild(QAbstractButton, "toast-action")
        assert toast.rect().adjusted(0, 4, 0, -4).contains(act.geometry())


def _above(widget):
    while (widget := widget.parentWidget()) is not None:
        yield widget


@pytest.mark.parametrize(
    ("name", "language", "scale", "told"),
    [
        ("door-wrong-flight", "ar", 1.0, 4),
        ("door-already-used", "de", 1.0, 4),
        ("door-already-used", "de", 2.0, 1),
        ("door-already-used", "ar", 2.0, 1),
    ],
)
def test_sheer_size_makes_way_before_what_is_to_be_known(qapp, name, language, scale, told):
    with staged(next(s for s in SHOTS if s.name == name), language, SIZES[0], scale=scale) as stage:
        labels = stage.window.screens["door"].panel._fact_labels
        assert sum(label.isVisible() for label in labels) >= 2 * told
