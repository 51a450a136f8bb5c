"""What the running door sees of camera, readers, platforms and hub, for `scanner-app status` beside it: `seen.json`."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from scanner_app.application.devices import ReaderReport
from scanner_app.application.events import (
    AccountStatus,
    DeviceChanged,
    DeviceState,
    Event,
    Notice,
    Status,
    StatusChanged,
)
from scanner_app.application.hub import HubState
from scanner_app.application.ports import Connection
from scanner_app.application.venue_rule import VenueRule
from scanner_app.domain.errors import StorageTrouble
from scanner_app.files import read_json, write_private
from scanner_app.lifecycle import InstanceLock

log = logging.getLogger(__name__)

FILE = "seen.json"


@dataclass(frozen=True, slots=True)
class Seen:
    """How the camera, each reader and the hub fare, and each account's connection and trouble.

    `running`: whether a door runs at all; one without a camera tells of none.
    """

    camera: DeviceState | None = None
    readers: tuple[ReaderReport, ...] = ()
    links: Mapping[str, tuple[Connection, str]] = field(default_factory=dict)
    venue: HubState | None = None
    running: bool = False

    def linked(self, status: Status) -> Status:
        """Return a status with the connections that are known here."""
        accounts = tuple(self._linked(account) for account in status.accounts)
        return replace(status, accounts=accounts, venue=self.venue or status.venue)

    def _linked(self, account: AccountStatus) -> AccountStatus:
        connection, trouble = self.links.get(account.account, (account.connection, account.trouble))
        return replace(account, connection=connection, trouble=trouble)


class SeenKeeper:
    """Hears the door and keeps what changed. What cannot be written is only not told by `status`."""

    def __init__(
        self,
        data_dir: Path,
        accounts: Callable[[], Sequence[AccountStatus]],
        readers: Callable[[], Sequence[ReaderReport]],
    ) -> None:
        self._file = data_dir / FILE
        self._accounts, self._readers = accounts, readers
        self._camera: DeviceState | None = None
        self._venue: HubState | None = None
        self._kept: Seen | None = None
        self._lock = threading.Lock()

    def hear(self, event: Event) -> None:
        """Take an event of the door; scans change nothing here."""
        if isinstance(event, DeviceChanged) and not event.watched:
            self._camera = event.state
        elif isinstance(event, StatusChanged):
            self._venue = _lasting(event.status.venue)
        elif not isinstance(event, Notice):
            return
        links = {a.account: (a.connection, a.trouble) for a in self._accounts()}
        with self._lock:
            now = Seen(self._camera, tuple(self._readers()), links, self._venue)
            if now != self._kept:
                self._kept = now
                self._write(now)

    def forget(self) -> None:
        """End: what was seen is not what is."""
        self._file.unlink(missing_ok=True)

    def _write(self, seen: Seen) -> None:
        body = {
            "camera": seen.camera,
            "readers": [(r.source, r.state, r.reason) for r in seen.readers],
            "links": seen.links,
            "venue": asdict(seen.venue) if seen.venue else None,
        }
        try:
            write_private(self._file, json.dumps(body))
        except StorageTrouble as trouble:
            log.warning("what the door sees is not kept: %s", trouble.code)


def _lasting(venue: HubState | None) -> HubState | None:
    """Return what of a hub's state does not change with every record and second."""
    if venue is None:
        return None
    alone = None if venue.isolated_for is None else 0.0
    return replace(venue, hub="", sequence=0, behind=0, provisional=0, isolated_for=alone, offset=None)


def _venue(said: Any) -> HubState | None:
    return HubState(**{**said, "rule": VenueRule(said["rule"])}) if said else None


def seen_by_the_door(data_dir: Path) -> Seen:
    """Return what a door that runs on this folder sees; nothing known where none does, or it cannot be read."""
    if not InstanceLock(data_dir).held():
        return Seen()
    try:
        body = read_json(data_dir / FILE) or {}
        camera = body.get("camera")
        return Seen(
            DeviceState(camera) if camera else None,
            tuple(ReaderReport(str(s), DeviceState(state), str(why)) for s, state, why in body.get("readers", ())),
            {str(a): (Connection(c), str(t)) for a, (c, t) in body.get("links", {}).items()},
            _venue(body.get("venue")),
            running=True,
        )
    except (StorageTrouble, AttributeError, KeyError, TypeError, ValueError):
        return Seen(running=True)
