"""The one importer of the charting library, and our look for it (docs/decisions/0040-charts.md)."""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from scanner_app.ui import texts
from scanner_app.ui.theme import Theme

STEPS = 4
"""Lines of the grid, at most."""
FULL = 0.8
"""How much of its slot a bar fills."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what stands below it, how high it is."""

    name: str
    count: int


def load() -> Any:
    """Import the library; takes most of a second, so never on the window's thread. Later calls cost nothing."""
    return importlib.import_module("pyqtgraph")


def round_top(most: int) -> int:
    """Return the least value of 1, 2 or 5 times a power of ten, times at most STEPS lines, that holds every bar."""
    if most <= 1:
        return max(1, most)
    raw = most / STEPS
    power = 10 ** math.floor(math.log10(raw)) if raw >= 1 else 1
    step = next(f * power for f in (1, 2, 5, 10) if f * power >= raw)
    return int(math.ceil(most / step) * step)


class BarChart(QWidget):
    """Bars over time, the highest one marked. Empty until `ready` has handed the library over."""

    def __init__(self, theme: Theme, tone: str = "good") -> None:
        super().__init__()
        self._theme, self._tone = theme, tone
        self._bars: tuple[Bar, ...] = ()
        self._pg: Any = None
        self._plot: Any = None
        self._lay = QVBoxLayout(self)
        self._lay.setContentsMargins(0, 0, 0, 0)
        self.setMinimumHeight(theme.text_px(92))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def ready(self, library: Any) -> None:
        """Take the library; from now on bars are drawn."""
        if self._plot is None:
            self._pg = library
            self._plot = self._new_plot()
            self._lay.addWidget(self._plot)
            self._draw()

    def show_bars(self, bars: Sequence[Bar]) -> None:
        """Show these bars."""
        self._bars = tuple(bars)
        self.setAccessibleName(", ".join(f"{bar.name} {texts.number(bar.count)}" for bar in self._bars[-12:]))
        self._draw()

    # --- drawing
    def _new_plot(self) -> Any:
        plot = self._pg.PlotWidget(background=None)
        plot.getPlotItem().setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # time runs so; the axis is moved below
        plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        plot.setMenuEnabled(False)
        plot.setMouseEnabled(x=False, y=False)
        plot.hideButtons()
        plot.setFrameShape(plot.Shape.NoFrame)
        plot.setStyleSheet("background: transparent; border: 0;")
        plot.getPlotItem().setContentsMargins(0, self._theme.text_px(10), self._theme.px(4), 0)
        plot.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._dress(plot)
        return plot

    def _dress(self, plot: Any) -> None:
        theme = self._theme
        rtl = texts.is_rtl()
        side, other = ("right", "left") if rtl else ("left", "right")
        plot.showAxis(side)
        plot.hideAxis(other)
        for name in (side, "bottom"):
            axis = plot.getAxis(name)
            axis.setStyle(tickFont=theme.font("caption"), tickLength=0, tickTextOffset=theme.px(6))
            axis.setPen(self._pg.mkPen(theme.colour("raised")))
            axis.setTextPen(self._pg.mkPen(theme.colour("ink_soft")))
        self._heights = plot.getAxis(side)

    def _draw(self) -> None:
        self.update()
        if self._plot is None:
            return
        plot = self._plot
        plot.clear()
        plot.setVisible(bool(self._bars))
        if not self._bars:
            return
        top = round_top(max(bar.count for bar in self._bars))
        lines = next(n for n in (STEPS, 3, 2, 1) if top % n == 0)
        marks = [top * n // lines for n in range(lines + 1)]
        for mark in marks:
            plot.addLine(y=mark, pen=self._pg.mkPen(self._theme.colour("raised"), width=1))
        self._heights.setTicks([[(mark, texts.number(mark)) for mark in marks]])
        plot.getAxis("bottom").setTicks([self._names()])
        plot.setXRange(-0.5, len(self._bars) - 0.5, padding=0)
        plot.setYRange(0, top, padding=0.02)
        plot.addItem(self._items())

    def _items(self) -> Any:
        theme, most = self._theme, max(bar.count for bar in self._bars)
        brushes = [theme.colour("accent" if bar.count == most else self._tone) for bar in self._bars]
        wide = min(FULL, len(self._bars) * 0.06)  # few bars stay slim
        return self._pg.BarGraphItem(
            x=list(range(len(self._bars))),
            height=[bar.count for bar in self._bars],
            width=wide,
            brushes=brushes,
            pen=self._pg.mkPen(None),
        )

    def _names(self) -> list[tuple[int, str]]:
        room = max(1, self.width() // self._theme.text_px(72))
        every = max(1, math.ceil(len(self._bars) / room))
        return [(n, bar.name) for n, bar in enumerate(self._bars) if n % every == 0]

    def resizeEvent(self, event: Any) -> None:
        """Another width has room for more or fewer names."""
        super().resizeEvent(event)
        if self._plot is not None and self._bars:
            self._plot.getAxis("bottom").setTicks([self._names()])

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Say that there is nothing to show."""
        if self._bars:
            return
        painter = QPainter(self)
        painter.setFont(self._theme.font("caption"))
        painter.setPen(self._theme.colour("ink_soft"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, texts.word("numbers.none"))
        painter.end()
