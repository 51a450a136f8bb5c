"""The day in figures, of this kiosk and of the platform. Keeps them as PNG, PDF or CSV."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QHBoxLayout, QStackedWidget, QVBoxLayout

from scanner_app.application.control import DoorControl, Role
from scanner_app.application.events import Event, StatusChanged
from scanner_app.application.front_desk import Counted
from scanner_app.application.ports import Can, Capabilities
from scanner_app.ui import charts, moments, records, texts
from scanner_app.ui.desk import Desk, Screen, column
from scanner_app.ui.keep import keep_file, new_path
from scanner_app.ui.numbers_csv import as_csv, platform_csv
from scanner_app.ui.numbers_report import write_report
from scanner_app.ui.offers import offer, why_not
from scanner_app.ui.records import Tally
from scanner_app.ui.screens.numbers_here import HerePage
from scanner_app.ui.screens.numbers_page import FiguresPage
from scanner_app.ui.screens.numbers_platform import PlatformPage
from scanner_app.ui.theme import Theme
from scanner_app.ui.widgets.buttons import button, choice
from scanner_app.ui.widgets.scroll import scrolled

LOADED = 50_000
SPANS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
PLATFORM = "platform"


class Paper:
    """What a page needs of the window when it is drawn for paper."""

    def __init__(self, desk: Desk) -> None:
        self.theme = Theme.named("light")
        self.settings, self.status = desk.settings, desk.status


class NumbersScreen(Screen):
    """One of two pages below a row of choices."""

    name = "numbers"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        theme = desk.theme
        self.span = "day"
        self.tally = Tally()
        self.counted: tuple[Counted, ...] = ()
        self._library: Any = None
        self._group = QButtonGroup(self)
        self.here, self.platform = HerePage(desk), PlatformPage(desk)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.here)
        self.pages.addWidget(self.platform)
        lay = column(theme, self, margin="l", gap="m")
        lay.setContentsMargins(theme.space("l"), theme.space("s"), theme.space("l"), theme.space("l"))
        lay.addLayout(self._top())
        lay.addWidget(scrolled(self.pages) if theme.large else self.pages, 1)

    def _top(self) -> QBoxLayout:
        """What to show, then how to keep it; below each other where text is large."""
        theme = self.desk.theme
        both: QBoxLayout = QVBoxLayout() if theme.large else QHBoxLayout()
        row, keep = QHBoxLayout(), QHBoxLayout()
        for each in (both, row, keep):
            each.setSpacing(theme.space("s"))
        both.addLayout(row, 1)
        both.addLayout(keep)
        for name in (*SPANS, PLATFORM):
            made = choice(
                texts.word(f"numbers.{name}"),
                lambda n=name: self.show_page(n),  # type: ignore[misc] # a loop's value
                checked=name == self.span,
                name=f"numbers-{name}",
            )
            self._group.addButton(made)
            row.addWidget(made)
        for ending in ("png", "pdf", "csv"):
            keep.addWidget(button(ending.upper(), lambda e=ending: self._keep(e), name=f"numbers-{ending}"))  # type: ignore[misc] # a loop's value
        return both

    def shown(self) -> None:
        """Count again; the charts come as soon as their library is there."""
        self.desk.bridge.call(charts.load, done=self._charts_ready, owner=self)
        self._count()

    def _charts_ready(self, library: Any) -> None:
        self._library = library
        self.here.ready(library)
        self.platform.ready(library)

    def hear(self, event: Event) -> None:
        """Count again when the state of the door has changed."""
        if isinstance(event, StatusChanged) and self.isVisible() and self.pages.currentWidget() is self.here:
            self._count()

    def show_page(self, name: str) -> None:
        """Show a span of this kiosk's time, or the platform's figures."""
        if name == PLATFORM:
            self.pages.setCurrentWidget(self.platform)
            self._ask_platform()
            return
        self.span = name
        self.pages.setCurrentWidget(self.here)
        self._count()

    # --- this kiosk
    def _count(self) -> None:
        control, span = self.desk.control, SPANS[self.span]
        self.desk.bridge.call(lambda: _tally(control, span), done=self._show, owner=self)

    def _show(self, tally: Tally) -> None:
        self.tally = tally
        self.here.show_tally(tally)

    # --- the platform
    def _ask_platform(self) -> None:
        control, accounts = self.desk.control, self.desk.settings.accounts
        self._show_counted(control.front.known_figures())
        self.platform.say(texts.word("helpdesk.asking"))
        self.desk.bridge.call(
            lambda: ({a.id: control.capabilities(a.id) for a in accounts}, control.front.figures()),
            done=lambda found: self._counted(*found),
            owner=self,
        )

    def _counted(self, can: dict[str, Capabilities], counted: Sequence[Counted]) -> None:
        self._show_counted(counted)
        if not counted:
            name = texts.word("numbers.platform")
            offers = [(name, offer(Can.STATISTICS, c, self.desk.status, account)) for account, c in can.items()]
            self.platform.say(why_not(offers) or texts.word("numbers.none"), "warn")

    def _show_counted(self, counted: Sequence[Counted]) -> None:
        self.counted = tuple(counted)
        self.platform.show_counted(counted)

    # --- keeping
    def _keep(self, ending: str) -> None:
        self.desk.with_pin(Role.ADMINISTRATOR, lambda: self._keep_now(ending))

    def _keep_now(self, ending: str) -> None:
        page = self.pages.currentWidget()
        if ending == "csv":
            content = as_csv(self.tally) if page is self.here else platform_csv(self.counted)
            self.desk.bridge.call(lambda: keep_file("numbers", "csv", content), done=self._kept, owner=self)
            return
        path = new_path("numbers", ending)
        if ending == "png":
            path.touch(mode=0o600)
            self.pages.grab().save(str(path))
        else:
            write_report(path, self._heading(), self._on_paper())
        self._kept(str(path))

    def _on_paper(self) -> FiguresPage:
        """Return the page that is shown, in the light look: paper is white whatever the screen is."""
        paper = cast("Desk", Paper(self.desk))
        page: HerePage | PlatformPage
        if self.pages.currentWidget() is self.here:
            page = HerePage(paper)
            page.show_tally(self.tally)
        else:
            page = PlatformPage(paper)
            page.show_counted(self.counted)
            page.template.setCurrentIndex(self.platform.template.currentIndex())
            page.series.setCurrentIndex(self.platform.series.currentIndex())
        if self._library is not None:
            page.ready(self._library)
        page.setStyleSheet(paper.theme.sheet())
        page.resize(self.pages.size())
        return page

    def _heading(self) -> str:
        span = PLATFORM if self.pages.currentWidget() is self.platform else self.span
        told = (texts.word(f"numbers.{span}"), self.desk.status.place, self.desk.status.device)
        return " · ".join(part for part in told if part)

    def _kept(self, path: str) -> None:
        self.desk.toast(texts.word("do.kept", path=path), seconds=10)


def _tally(control: DoorControl, span: timedelta) -> Tally:
    """Count back from the newest scan: the evening's figures are asked for the next morning, too."""
    rows = control.recent(LOADED)
    until = (rows[0].at if rows else moments.now()) + timedelta(seconds=1)
    return records.tally(rows, until - span, until, control.taken_back(rows))
