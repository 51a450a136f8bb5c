"""Provisioning sheets as a screen sees them: one code on a screen or on paper sets another kiosk up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from scanner_app.application.config import Settings

SHEET_PREFIX = "PSP1:"
"""What every sheet's text begins with; no pass of any platform does."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a sheet is to be for. `hours` until it is worthless."""

    device: str
    place: str = ""
    hours: float = 1.0
    with_secrets: bool = True


@dataclass(frozen=True, slots=True)
class SheetReport:
    """A sheet and the code that opens it; never shown together on paper. `trouble`: the code of why there is none."""

    trouble: str = ""
    text: str = ""
    code: str = ""
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of a sheet: settings that are not yet kept, or a trouble. `keys`: how many secrets came with it."""

    trouble: str = ""
    settings: Settings | None = None
    keys: int = 0


class Sheets(Protocol):
    """Makes sheets and reads them. Calls block for the half second that a code costs to try."""

    expecting: bool
    """While this is on, a scanned sheet is told as `SheetSeen` and not judged as a guest's code."""

    def make(self, wanted: Wanted) -> SheetReport:
        """Return this kiosk's set-up for another kiosk."""

    def apply(self, text: str, code: str) -> Applied:
        """Open a sheet and keep its secrets; the settings are for the caller to keep."""
