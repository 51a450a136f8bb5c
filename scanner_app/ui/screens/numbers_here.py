"""This kiosk's figures: arrivals, refusals by reason, places and doors, the busiest minute."""

from __future__ import annotations

from typing import Any

from scanner_app.ui import moments, texts
from scanner_app.ui.charts import Bar, BarChart
from scanner_app.ui.desk import Desk
from scanner_app.ui.records import Tally
from scanner_app.ui.screens.numbers_page import FiguresPage
from scanner_app.ui.widgets.shares import Shares


class HerePage(FiguresPage):
    """Figures above, arrivals in the middle, reasons and doors below."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.arrivals = BarChart(desk.theme)
        self.reasons, self.doors = Shares(desk.theme, "danger"), Shares(desk.theme, "good")
        self.lay.addLayout(self.figure_row(("admitted", "refused", "inside", "busiest")))
        self.lay.addWidget(self.card(texts.word("numbers.arrivals"), self.arrivals), 3)
        reasons = self.card(texts.word("numbers.reasons"), self.reasons)
        doors = self.card(texts.word("numbers.doors"), self.doors)
        self.lay.addLayout(self.pair(reasons, doors), 3)

    def ready(self, library: Any) -> None:
        """Hand the charting library on."""
        self.arrivals.ready(library)

    def show_tally(self, tally: Tally) -> None:
        """Show the figures."""
        place = self.desk.settings.current_place
        zone = place.zone if place else ""
        for name, said in figures_of(tally, self.desk.status.inside, zone).items():
            self.figures[name].setText(said)
        self.arrivals.show_bars(arrivals_of(tally, zone))
        self.reasons.show_shares([(texts.headline(code), count) for code, count in tally.reasons])
        self.doors.show_shares(tally.doors)


def figures_of(tally: Tally, inside: int | None, zone: str) -> dict[str, str]:
    """Return the four figures in words."""
    busy = tally.busiest
    return {
        "admitted": texts.number(tally.admitted),
        "refused": texts.number(tally.refused),
        "inside": "·" if inside is None else texts.number(inside),
        "busiest": f"{moments.clock(busy[0], zone)} · {texts.number(busy[1])}" if busy else "·",
    }


def arrivals_of(tally: Tally, zone: str) -> list[Bar]:
    """Return one bar for each slot of arrivals."""
    return [Bar(moments.clock(at, zone), count) for at, count in tally.slots]
