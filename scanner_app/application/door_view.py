"""What can be read at a door: records, passes, conflicts, settings, cameras. Nothing here changes anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing

from scanner_app.application.config import Settings
from scanner_app.application.control import CameraTuning
from scanner_app.application.door_parts import Parts
from scanner_app.application.fates import Fate, fates, taken_back
from scanner_app.application.ports import Capabilities, FactRow
from scanner_app.application.venue_view import VenueView
from scanner_app.domain.passes import Pass

SOME, FIELDS = 300, 40
"""Passes of an account that are looked at for the names of their fields, and names that are offered."""


class DoorView:
    """The reading half of a door (see `control.DoorControl` for what each call promises)."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self._desk = parts, parts.desk

    def settings(self) -> Settings:
        """Return the settings in force."""
        return self._parts.settings.load()

    def venue(self) -> VenueView | None:
        """Return the whole venue as it is known here."""
        return self._desk.hub.view() if self._desk.hub is not None else None

    def recent(self, limit: int = 50) -> Sequence[FactRow]:
        """Return the newest scans, newest first."""
        with closing(self._desk.clerk.ledger_reader()) as reader:
            return reader.recent_scans(limit)

    def fates(self, rows: Sequence[FactRow]) -> Mapping[str, Fate]:
        """Return what became of scans since."""
        with closing(self._desk.clerk.ledger_reader()) as reader:
            return fates(reader, rows)

    def taken_back(self, rows: Sequence[FactRow]) -> Collection[str]:
        """Return the ids of those scans that were taken back."""
        with closing(self._desk.clerk.ledger_reader()) as reader:
            return set(taken_back(reader, rows))

    def search(self, text: str, limit: int = 50) -> Sequence[Pass]:
        """Return passes by name, e-mail, id or barcode."""
        with closing(self._desk.clerk.cache_reader()) as reader:
            return reader.search(text, [a.id for a in self.settings().accounts], limit)

    def conflicts(self, *, open_only: bool = True) -> Sequence[FactRow]:
        """Return the conflicts, newest first."""
        with closing(self._desk.clerk.ledger_reader()) as reader:
            return reader.conflicts(open_only=open_only)

    def capabilities(self, account: str) -> Capabilities:
        """Return what an account can do."""
        return self._parts.capabilities(account)

    def field_names(self) -> Sequence[str]:
        """Return the names of the fields that passes have, the most frequent first."""
        with closing(self._desk.clerk.cache_reader()) as reader:
            some = [one for account in self.settings().accounts for one in reader.some(account.id, SOME)]
        return [name for name, _ in Counter(name for one in some for name in one.fields).most_common(FIELDS)]

    def photo(self, url: str) -> bytes:
        """Return a guest's picture, b'' when it may not or cannot be had."""
        return self._parts.photo(url, self.settings().screen.photo_hosts)

    def cameras(self) -> Sequence[tuple[str, str]]:
        """Return the cameras that can be seen."""
        return self._parts.cameras()

    def camera_controls(self, source: str) -> CameraTuning:
        """Return what can be adjusted at a camera, and how it now is."""
        return self._parts.camera_controls(source)
