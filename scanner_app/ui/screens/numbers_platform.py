"""The platform's own figures of a template: passes made, saved and dropped, as it told them last, with their age."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from scanner_app.application.front_desk import Counted
from scanner_app.ui import moments, texts
from scanner_app.ui.charts import Bar, BarChart
from scanner_app.ui.desk import Desk
from scanner_app.ui.plain import visible
from scanner_app.ui.screens.numbers_page import FiguresPage
from scanner_app.ui.widgets.drop import Drop
from scanner_app.ui.widgets.shares import Shares
from scanner_app.ui.widgets.text import Label

SERIES = {
    "created": "createdPassesTimeline",
    "saved": "activeRegistrationsTimeline",
    "dropped": "inactiveRegistrationsTimeline",
    "changed": "updatedPassesTimeline",
    "messages": "sentPushNotificationsTimeline",
}
"""Our words for the timelines of seed 001."""


class PlatformPage(FiguresPage):
    """A template to choose, its timelines, its telephones."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        theme = desk.theme
        self._counted: tuple[Counted, ...] = ()
        self.template, self.series = Drop(theme), Drop(theme)
        self.template.setAccessibleName(texts.word("helpdesk.template"))
        self.series.setAccessibleName(texts.word("numbers.platform"))
        for name in SERIES:
            self.series.addItem(texts.word(f"numbers.series.{name}"), name)
        for drop in (self.template, self.series):
            drop.currentIndexChanged.connect(lambda _: self._show())
        self.says = Label("", "soft", wrap=True)
        self.timeline, self.history = BarChart(theme), BarChart(theme, "accent")
        self.systems = Shares(theme, "good")
        self.lay.addLayout(self.pair(self.template, self.series))
        self.lay.addWidget(self.says)
        self.lay.addLayout(self.figure_row(("active", "inactive", "made")))
        self.lay.addWidget(self.card(texts.word("numbers.timeline"), self.timeline), 3)
        history = self.card(texts.word("numbers.history"), self.history)
        self.lay.addLayout(self.pair(history, self.card(texts.word("numbers.systems"), self.systems)), 3)

    def ready(self, library: Any) -> None:
        """Hand the charting library on."""
        self.timeline.ready(library)
        self.history.ready(library)

    def show_counted(self, counted: Sequence[Counted]) -> None:
        """Show what the platforms told."""
        chosen = self.template.currentIndex()
        self._counted = tuple(counted)
        self.template.blockSignals(True)
        self.template.clear()
        for each in counted:
            self.template.addItem(visible(each.template.name or each.template.id))
        self.template.setCurrentIndex(max(0, min(chosen, len(counted) - 1)))
        self.template.blockSignals(False)
        self._show()

    def chosen(self) -> Counted | None:
        """Return the template that is shown."""
        at = self.template.currentIndex()
        return self._counted[at] if 0 <= at < len(self._counted) else None

    def say(self, words: str, tone: str = "") -> None:
        """Say how old the figures are, or why there are none."""
        self.says.set_tone(tone)
        self.says.setText(words)

    def _show(self) -> None:
        counted = self.chosen()
        if counted is None:
            self.timeline.show_bars(())
            self.history.show_bars(())
            self.systems.show_shares(())
            return
        figures = counted.figures
        points = figures.timelines.get(SERIES[str(self.series.currentData())], ())
        self.timeline.show_bars([Bar(_day(day), count) for day, count in points])
        self.history.show_bars([Bar(_day(each.day), each.active) for each in figures.history])
        self.systems.show_shares(sorted(figures.systems.items(), key=lambda item: -item[1]))
        last = figures.history[-1] if figures.history else None
        made = sum(count for _, count in figures.timelines.get(SERIES["created"], ()))
        self.figures["active"].setText(texts.number(last.active) if last else "·")
        self.figures["inactive"].setText(texts.number(last.inactive) if last else "·")
        self.figures["made"].setText(texts.number(made))
        self._say_age(counted)

    def _say_age(self, counted: Counted) -> None:
        told = ""
        if counted.at is not None:
            ago = moments.ago((moments.now() - counted.at).total_seconds())
            told = texts.word("numbers.as_of", ago=ago)
        why = texts.sentence(counted.trouble) if counted.trouble else ""
        self.say(f"{why} {told}".strip(), "warn" if why else "")


def _day(written: str) -> str:
    """Return a day as short as a bar's name has to be; what is no day is shown as it came."""
    try:
        day = date.fromisoformat(written[:10])
    except ValueError:
        return visible(written)
    return moments.short_day(day)
