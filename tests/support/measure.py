"""Measures a window's words and what a finger presses against the room that they have, and against each other."""

import re

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QLineEdit,
    QScrollArea,
    QStyle,
    QStyleOptionComboBox,
    QWidget,
)

from scanner_app.ui import texts
from scanner_app.ui.touch_typing import Canvas
from scanner_app.ui.widgets.buttons import Button, ForeignButton
from scanner_app.ui.widgets.headline import Headline
from scanner_app.ui.widgets.preview import Preview
from scanner_app.ui.widgets.qr import QrView
from scanner_app.ui.widgets.recent import ScanRow
from scanner_app.ui.widgets.rows import Row
from scanner_app.ui.widgets.tick import Tick

FINGER = 64
SIDE = Qt.AlignmentFlag.AlignAbsolute
SLACK = 3
LAYERS = ("Overlay", "Toast", "VerdictBanner", "Keyboard")
WORTH_SCROLLING = 100
"""A list of which less can be seen at once is no list."""


def faults(window):
    """Return what is cut off, too small or laid over something else, as (kind, words, figures)."""
    seen = [w for w in window.findChildren(QWidget) if w.isVisibleTo(window)]
    found = [fault for widget in seen for fault in _of(widget)]
    leaves = [w for w in seen if _tells(w)]
    found += [("CUT", _name(w), *cut) for w in leaves if (cut := _cut(w, window))]
    found += [("ON", _name(one), _name(other)) for one, other in _overlapping(leaves, window)]
    return found


def _label(label):
    if label.text() and not fits(label):
        yield "LABEL", label.text(), label.size().toTuple(), label.sizeHint().toTuple()
    if not label._foreign and "\\u2" in label.text():
        yield "ESCAPED", label.text()
    if texts.is_rtl() and label.text() and not label.alignment() & (SIDE | Qt.AlignmentFlag.AlignHCenter):
        yield "WRONG SIDE", label.text()


def _row(row):
    if row.shortened:
        yield "ROW", row.line.below, row.size().toTuple()


def _button(made):
    if made.text() and not isinstance(made, ForeignButton) and not made.fits():
        yield "BUTTON", made.text(), made.room()


def _tick(tick):
    if tick.heightForWidth(tick.width()) > tick.height() + SLACK:
        yield "TICK", tick.text(), tick.size().toTuple()


def _edit(edit):
    words = edit.placeholderText() if not edit.text() else ""
    if words and _wide(edit, words) > edit.contentsRect().width() - 2 * 16:
        yield "HOLDER", words, edit.width()
    if edit.width() < 140:
        yield "NARROW", _name(edit), edit.width()


def _drop(drop):
    option = QStyleOptionComboBox()
    drop.initStyleOption(option)
    part = QStyle.SubControl.SC_ComboBoxEditField
    room = drop.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, drop).width()
    if _wide(drop, drop.currentText()) > room + SLACK:
        yield "DROP", drop.currentText(), _wide(drop, drop.currentText()), room


def _headline(headline):
    if headline.text() and headline.pixels < 96:
        yield "HEADLINE", headline.text(), headline.pixels


def _scroll(area):
    inside, seen = area.widget(), area.viewport().height()
    if inside is not None and inside.height() > seen + SLACK and seen < WORTH_SCROLLING:
        yield "SLIT", type(area.parent()).__name__, seen
    if inside is not None and inside.width() > area.viewport().width():
        yield "WIDE", type(inside).__name__, inside.width(), area.viewport().width()


def _finger(made):
    if not isinstance(made, ScanRow) and made.height() < FINGER:
        yield "SMALL", _name(made), made.height()


CHECKS = (
    (QLabel, _label), (Row, _row), (Button, _button), (Tick, _tick), (QLineEdit, _edit), (QComboBox, _drop),
    (Headline, _headline), (QScrollArea, _scroll), (QAbstractButton, _finger),
)  # fmt: skip


def _of(widget):
    for kind, check in CHECKS:
        if isinstance(widget, kind):
            yield from check(widget)


def fits(label) -> bool:
    """A label of somebody else's words may shorten itself; our own words fit: high enough wrapped, else wide enough."""
    if label._elide:
        high = label.height() >= label.fontMetrics().height() - 2
        return high and (label._foreign or _wide(label, label.text()) <= label.width() + 2)
    if label.wordWrap():
        return label.heightForWidth(label.width()) <= label.height() + SLACK and _longest(label) <= label.width() + 2
    return _wide(label, label.text()) <= label.width() + 2 or "\n" in label.text()


def _longest(label):
    """A line also breaks after a hyphen, unless a digit follows."""
    return max((_wide(label, word) for word in re.split(r"\s|(?<=-)(?=\D)", label.text())), default=0)


def _wide(widget, text):
    return widget.fontMetrics().horizontalAdvance(text)


def _tells(widget):
    if isinstance(widget, QLabel):
        return bool(widget.text())
    return isinstance(widget, (QAbstractButton, QLineEdit, QComboBox, QrView, Headline, Preview))


def _name(widget):
    said = getattr(widget, "text", lambda: "")() if not isinstance(widget, QComboBox) else widget.currentText()
    return (said or widget.accessibleName() or widget.objectName() or type(widget).__name__)[:50]


def _cut(widget, window):
    """How much of it lies outside of something around it: sideways anywhere, up and down where nothing scrolls."""
    box, scrolls = _box(widget, window), False
    around = widget.parentWidget()
    while around is not None and around is not window and not isinstance(around, Canvas):
        frame = _box(around, window)
        scrolls = scrolls or isinstance(around.parentWidget(), QAbstractScrollArea)
        if box.left() < frame.left() - SLACK or box.right() > frame.right() + SLACK:
            return "sideways", box.left() - frame.left(), frame.right() - box.right(), type(around).__name__
        if not scrolls and (box.top() < frame.top() - SLACK or box.bottom() > frame.bottom() + SLACK):
            return "upright", box.top() - frame.top(), frame.bottom() - box.bottom(), type(around).__name__
        around = around.parentWidget()
    return ()


def _box(widget, window):
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def _overlapping(leaves, window):
    """Pairs that lie on each other although neither is in the other and both belong to one layer and one list."""
    for n, one in enumerate(leaves):
        home = _home(one, window)
        for other in leaves[n + 1 :]:
            if home is _home(other, window) and not (one.isAncestorOf(other) or other.isAncestorOf(one)):
                shared = _box(one, window).intersected(_box(other, window))
                if shared.width() > SLACK and shared.height() > SLACK:
                    yield one, other


def _home(widget, window):
    """What scrolls it, else the layer it lies in."""
    around = widget
    while (above := around.parentWidget()) is not None and above is not window:
        if isinstance(above.parentWidget(), QAbstractScrollArea):
            return above
        if type(above).__name__ in LAYERS:
            return above
        around = above
    return around
