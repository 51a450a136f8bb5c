"""A place's opening hours: some weekdays, from when to when, as many lines as the week needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import time
from functools import partial

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from scanner_app.domain.place import Hours, Place
from scanner_app.ui import texts
from scanner_app.ui.desk import Desk, column
from scanner_app.ui.widgets.buttons import button, choice, icon_button
from scanner_app.ui.widgets.drop import Drop
from scanner_app.ui.widgets.text import Label

STEP = 30
"""Minutes between two times that can be chosen; others that are set already stay."""
USUAL = Hours(time(8), time(22))


class HoursField(QWidget):
    """No line: always open."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__()
        self._desk = desk
        self.lines: list[HoursLine] = []
        self._lay: QVBoxLayout = column(desk.theme, self, margin="", gap="s")
        self._always = Label(texts.word("hours.always"), "soft")
        self._lay.addWidget(self._always)
        foot = QHBoxLayout()
        foot.addWidget(button(texts.word("hours.add"), lambda: self.add(USUAL), name="hours-add"))
        foot.addStretch(1)
        self._lay.addLayout(foot)
        for hours in place.hours:
            self.add(hours)

    def add(self, hours: Hours) -> None:
        """Put one more line at the end."""
        line = HoursLine(self._desk, hours, self.remove)
        self.lines.append(line)
        self._lay.insertWidget(len(self.lines), line)
        self._always.hide()

    def remove(self, line: HoursLine) -> None:
        """Take a line out."""
        self.lines.remove(line)
        self._lay.removeWidget(line)
        line.hide()
        line.deleteLater()
        self._always.setVisible(not self.lines)

    def chosen(self) -> tuple[Hours, ...]:
        """Return the lines that name a day."""
        return tuple(found for line in self.lines if (found := line.chosen()).days)


class HoursLine(QWidget):
    """Seven days, two times."""

    def __init__(self, desk: Desk, hours: Hours, remove: Callable[[HoursLine], None]) -> None:
        super().__init__()
        theme = desk.theme
        self.days: list[QPushButton] = []
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.space("xs"))
        locale = QLocale(texts.language())
        for day in range(7):
            name = locale.standaloneDayName(day + 1, QLocale.FormatType.LongFormat)
            made = choice(locale.standaloneDayName(day + 1, QLocale.FormatType.ShortFormat), lambda: None, name=name)
            made.setAccessibleName(name)
            made.setChecked(day in hours.days)
            made.setStyleSheet("padding: 0; text-align: center;")
            self.days.append(made)
            grid.addWidget(made, 0, day)
        self.opens, self.closes = _times(desk, hours.opens, "hours.opens"), _times(desk, hours.closes, "hours.closes")
        grid.addWidget(self.opens, 1, 0, 1, 3)
        grid.addWidget(self.closes, 1, 3, 1, 3)
        off = icon_button(theme, "close", texts.word("do.remove"), partial(remove, self))
        grid.addWidget(off, 1, 6)

    def chosen(self) -> Hours:
        """Return what is set."""
        days = frozenset(n for n, made in enumerate(self.days) if made.isChecked())
        return Hours(time.fromisoformat(self.opens.currentData()), time.fromisoformat(self.closes.currentData()), days)


def _times(desk: Desk, now: time, name: str) -> Drop:
    drop = Drop(desk.theme)
    drop.setAccessibleName(texts.word(name))
    usual = [time(minutes // 60, minutes % 60) for minutes in range(0, 24 * 60, STEP)]
    for at in _with(usual, now):
        drop.addItem(f"{texts.word(name)} {at:%H:%M}", at.isoformat())
    drop.setCurrentIndex(drop.findData(now.isoformat()))
    return drop


def _with(usual: Sequence[time], now: time) -> list[time]:
    return sorted({*usual, now})
