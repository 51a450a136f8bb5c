"""A made-up help desk and made-up provisioning sheets, for pictures and tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from scanner_app.application.config import Settings
from scanner_app.application.front_desk import Counted, IssueReport, LinkReport, PassForm
from scanner_app.application.ports import DayCount, Figures, FormField, Issued, Template
from scanner_app.application.sheets import SHEET_PREFIX, Applied, SheetReport, Wanted

NOW = datetime(2026, 6, 20, 19, 42, 30, tzinfo=UTC)
FIELDS = (
    FormField("firstName", "First name", required=True),
    FormField("lastName", "Last name", required=True),
    FormField("ticket", "Ticket"),
    FormField("seat", "Seat"),
    FormField("email", "E-mail"),
)
PAGE = "https://app.passcreator.com/p/3f0c9a51-77d2"
LINK = "https://pub1.pskt.io/c/fest26?data=5F0Xm0ERQcR2VywiC2Z-bcPkA9zzWMdnlkrNrqlsZ_YJyTBF&iv=000102030405060708090a0b0c0d0e0f"


def _days(first: int, step: int) -> tuple[tuple[str, int], ...]:
    start = NOW.date() - timedelta(days=13)
    return tuple(((start + timedelta(days=n)).isoformat(), first + (n * n * step) % 97) for n in range(14))


FIGURES = Figures(
    {"createdPassesTimeline": _days(120, 7), "activeRegistrationsTimeline": _days(90, 11)},
    {"iOS": 2861, "Android": 1994, "Other": 145},
    tuple(DayCount((NOW.date() - timedelta(days=6 - n)).isoformat(), 3900 + 160 * n, 40 + 3 * n) for n in range(7)),
)


@dataclass
class SampleFront:
    """A Front that answers at once and remembers what it was asked."""

    asked: list[tuple[str, Any]]
    answers: dict[str, Any] = field(default_factory=dict)
    told: list[Counted] = field(default_factory=list)

    def _note(self, what: str, value: Any, otherwise: Any) -> Any:
        self.asked.append((what, value))
        return self.answers.get(what, otherwise)

    def form(self, account: str, template: str) -> PassForm:
        """Ask for a guest's name and ticket."""
        found: PassForm = self._note("form", (account, template), PassForm(FIELDS))
        return found

    def issue(self, account: str, template: str, values: Mapping[str, str], operator: str) -> IssueReport:
        """Make a pass."""
        made = IssueReport(issued=Issued("3f0c9a51-77d2", "SNF-7340219", PAGE))
        found: IssueReport = self._note("issue", (account, template, dict(values), operator), made)
        return found

    def link(self, account: str, fields: Mapping[str, str]) -> LinkReport:
        """Make a link."""
        found: LinkReport = self._note("link", (account, dict(fields)), LinkReport(link=LINK))
        return found

    def keep_link_project(self, account: str, url: str, key: str) -> LinkReport:
        """Keep a project."""
        found: LinkReport = self._note("keep_link_project", (account, url), LinkReport(link=url))
        return found

    def known_figures(self) -> Sequence[Counted]:
        """Return what was told."""
        return self.told

    def figures(self) -> Sequence[Counted]:
        """Count."""
        made = [Counted("main", Template("t-fest", "Summer Night Festival"), FIGURES, NOW - timedelta(seconds=20))]
        self.told = self._note("figures", None, made)
        return self.told


@dataclass
class SampleSheets:
    """Sheets that are always the same."""

    asked: list[tuple[str, Any]]
    kept: Settings
    answers: dict[str, Any] = field(default_factory=dict)
    expecting: bool = False

    def make(self, wanted: Wanted) -> SheetReport:
        """Make a sheet."""
        self.asked.append(("sheet", wanted))
        text = SHEET_PREFIX + "Q7xN2mYv9Kd3" * 70
        found: SheetReport = self.answers.get(
            "sheet", SheetReport("", text, "KM4W-7XQP-D9TR", NOW + timedelta(hours=wanted.hours))
        )
        return found

    def apply(self, text: str, code: str) -> Applied:
        """Open a sheet."""
        self.asked.append(("apply", (text, code)))
        found: Applied = self.answers.get("apply", Applied("", replace(self.kept, device="Kiosk 4"), 1))
        return found
