"""Keeping the accounts and their platforms in step: the sync runner of the settings in force, as the door sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scanner_app.accounts import KEY_MISSING, Accounts
from scanner_app.application.clock import SystemClock
from scanner_app.application.config import AccountConfig
from scanner_app.application.events import AccountStatus, Event
from scanner_app.application.find import Oracle
from scanner_app.application.ports import Platform
from scanner_app.storage.store import Store
from scanner_app.sync.runner import SyncRunner


@dataclass(frozen=True, slots=True)
class Around:
    """What of the kiosk syncing needs. `tell` and `changed` are called from any thread."""

    accounts: Accounts
    store: Store
    clock: SystemClock
    tell: Callable[[Event], None]
    changed: Callable[[], None]


class InStep:
    """The sync threads of all accounts, made anew whenever the accounts change."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._running, self._online = False, True
        self.runner = self._new_runner()

    # --- life
    def start(self) -> None:
        """Start the sync threads."""
        self._running = True
        self.runner.start()

    def stop(self) -> None:
        """End the sync threads."""
        self._running = False
        self.runner.stop()

    def go_offline(self) -> None:
        """Ask no platform anything during a scan."""
        self._online = False

    def follow(self) -> None:
        """Build anew what depends on the accounts of the settings, where these changed: caches, platforms, sync."""
        if not self._around.accounts.changed():
            return  # a look, a language or a direction: whoever is syncing goes on
        if self._running:
            self.runner.stop()
        old = self._around.accounts.reopen()
        self._around.store.set_accounts(self._around.accounts.tenants())
        self.runner = self._new_runner()
        old.close()
        if self._running:
            self.runner.start()

    # --- as the door sees it
    def wake_uploads(self) -> None:
        """Say that there is something to send."""
        if self._running:
            self.runner.wake_uploads()

    def sync_now(self, *, full: bool = False) -> None:
        """Start a round at once."""
        if self._running:
            self.runner.sync_now(full=full)

    def statuses(self) -> Sequence[AccountStatus]:
        """Return how each account is doing."""
        return [self._status(a) for a in self._around.accounts.configured()]

    # --- whom one may ask
    def oracles(self) -> Mapping[str, Oracle]:
        """Return who can be asked during a scan."""
        return self.runner.oracles() if self._online else {}

    def reachable(self) -> Mapping[str, Platform]:
        """Return the platforms that the venue's records can be told to just now."""
        if not self._running:
            return {}
        up = {account for account, oracle in self.oracles().items() if oracle.believed_up()}
        return {account: platform for account, platform in self._around.accounts.platforms.items() if account in up}

    # --- inside
    def _new_runner(self) -> SyncRunner:
        it = self._around
        return SyncRunner(it.accounts.usable(), it.accounts.platforms, it.store, it.clock, it.tell, changed=it.changed)

    def _status(self, account: AccountConfig) -> AccountStatus:
        opened = account.id in self._around.accounts.platforms
        if opened and self.runner.keeps(account.id):
            return self.runner.status(account.id)
        reader = self._around.store.cache_reader()
        try:
            state = reader.state(account.id)
        finally:
            reader.close()
        trouble = self._around.accounts.troubles.get(account.id, "" if opened else KEY_MISSING)
        return AccountStatus(
            account.id,
            account.platform,
            held=state.held,
            platform_total=state.platform_total,
            complete=state.complete,
            last_sync=state.last_sync,
            trouble=trouble,
        )
