"""What the running door sees of its camera, readers and platforms, for `scanner-app status` beside it: `seen.json`."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

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
from scanner_app.application.ports import Connection
from scanner_app.domain.errors import StorageTrouble
from scanner_app.files import read_json, write_private
from scanner_app.lifecycle import InstanceLock

log = logging.getLogger(__name__)

FILE = "seen.json"


@dataclass(frozen=True, slots=True)
class Seen:
    """How the camera and each reader fare, and each account's connection and trouble."""

    camera: DeviceState | None = None
    readers: tuple[ReaderReport, ...] = ()
    links: Mapping[str, tuple[Connection, str]] = field(default_factory=dict)

    def linked(self, status: Status) -> Status:
        """Return a status with the connections that are known here."""
        return replace(status, accounts=tuple(self._linked(account) for account in status.accounts))

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
        self._kept: Seen | None = None
        self._lock = threading.Lock()

    def hear(self, event: Event) -> None:
        """Take an event of the door; scans change nothing here."""
        if isinstance(event, DeviceChanged) and not event.watched:
            self._camera = event.state
        elif not isinstance(event, (Notice, StatusChanged)):
            return
        links = {a.account: (a.connection, a.trouble) for a in self._accounts()}
        with self._lock:
            now = Seen(self._camera, tuple(self._readers()), links)
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
        }
        try:
            write_private(self._file, json.dumps(body))
        except StorageTrouble as trouble:
            log.warning("what the door sees is not kept: %s", trouble.code)


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
        )
    except (StorageTrouble, AttributeError, TypeError, ValueError):
        return Seen()
