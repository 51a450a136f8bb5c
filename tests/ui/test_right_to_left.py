"""In Arabic: what is Latin keeps its own order, lines are no higher than they need, arrows point on."""

import pytest
from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter

from scanner_app.ui import texts
from scanner_app.ui.plain import in_order
from scanner_app.ui.screenshot_stage import staged
from scanner_app.ui.screenshots import SHOTS
from scanner_app.ui.theme import Theme, load_fonts
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.rows import Line, Row
from scanner_app.ui.widgets.symbol import Symbol, draw_symbol
from scanner_app.ui.widgets.text import Label

CODE = "7340219-NOT-OURS"
ORDERS = {
    CODE: f"\u2066{CODE}\u2069",
    "Weekend · Standing": "\u2066Weekend · Standing\u2069",
    "Kiosk 1 · 20 يونيو 2026": "\u2066Kiosk 1\u2069 · 20 يونيو 2026",
    "2 بطاقات: …GATE-7 دخلت 20 يونيو": "2 بطاقات: \u2066…GATE-7\u2069 دخلت 20 يونيو",
    "نُسخت من Kiosk 1؛ ولهذا": "نُسخت من \u2066Kiosk 1\u2069؛ ولهذا",
    "مركز hub1 يقود.\nMain gate": "مركز \u2066hub1\u2069 يقود.\n\u2066Main gate\u2069",
    "محمد الخوارزمي": "محمد الخوارزمي",
    "20 / 3": "20 / 3",
    "": "",
}


@pytest.fixture
def arabic(qapp):
    load_fonts()
    texts.set_language("ar")
    yield
    texts.set_language(texts.FALLBACK)


@pytest.mark.parametrize("text", ORDERS, ids=range(len(ORDERS)))
def test_a_name_or_a_code_is_read_as_it_is_written(text):
    assert in_order(text) == ORDERS[text]


def test_every_place_where_a_code_can_stand_keeps_its_order(qtbot, arabic):
    label, row = Label(CODE, foreign=True), Row(Theme(), Line(CODE, CODE), print)
    pressed = button(CODE, print, "choice", foreign=True)
    for widget in (label, row, pressed):
        qtbot.addWidget(widget)
    assert label.text() == row.line.title == row.line.below == pressed.text() == ORDERS[CODE]
    assert pressed.accessibleName() == CODE
    assert CODE in row.accessibleName()
    assert "\u2066" not in row.accessibleName()
    texts.set_language("en")
    assert Label(CODE, foreign=True).text() == CODE


def test_what_steers_in_foreign_text_stays_visible(qtbot, arabic):
    label = Label("GATE\u2067-7\u2069", foreign=True)
    qtbot.addWidget(label)
    assert label.text() == "\u2066GATE\\u2067-7\\u2069\u2069"


def test_arabic_lines_are_little_higher_than_latin_ones(arabic):
    arabic_only = Theme().font(100.0)
    arabic_only.setFamilies(["Noto Sans Arabic UI"])
    assert QFontMetrics(arabic_only).lineSpacing() <= 140


@pytest.mark.parametrize("name", ["door-boarding", "door-already-inside", "door-admit-confirmed"])
def test_a_verdict_tells_as_much_in_arabic_as_in_english(qapp, name):
    shot, told = next(s for s in SHOTS if s.name == name), {}
    for language in ("en", "ar"):
        with staged(shot, language, (1280, 800)) as stage:
            panel = stage.window.screens["door"].panel
            told[language] = [label.isVisible() for label in [panel.says, *panel._fact_labels]]
    assert told["ar"] == told["en"]


@pytest.mark.parametrize("language", ["ar", "de"])
@pytest.mark.parametrize("name", ["door-error-toast", "door-undo-toast"])
def test_a_toast_covers_no_word_of_the_door(qapp, name, language):
    with staged(next(s for s in SHOTS if s.name == name), language, (1280, 800)) as stage:
        hint, toast = stage.window.screens["door"].panel.idle_hint, stage.window._toast
        words = QRect(hint.mapTo(stage.window, QPoint(0, 0)), hint.size())
        assert toast.isVisible()
        assert not words.intersects(QRect(toast.mapTo(stage.window, QPoint(0, 0)), toast.size()))


@pytest.mark.parametrize("symbol", [Symbol.WAY_IN, Symbol.WAY_OUT, Symbol.ADMIT])
def test_the_ways_point_where_one_reads_on_and_a_tick_stays_a_tick(qapp, symbol):
    drawn = {}
    for way in (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft):
        drawn[way] = QImage(100, 100, QImage.Format.Format_Grayscale8)
        drawn[way].fill(0)
        painter = QPainter(drawn[way])
        painter.setLayoutDirection(way)
        draw_symbol(painter, symbol, QRectF(0, 0, 100, 100), QColor("white"), QColor("black"))
        painter.end()
    left, right = drawn.values()
    assert (left == right) is (symbol is Symbol.ADMIT)
