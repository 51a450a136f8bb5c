"""The only file that builds real parts and joins them: for the window, the gate, every command and the tests."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hardware.camera_names import cameras
from scanner_app import logs
from scanner_app import settings as settings_file
from scanner_app.application import retention
from scanner_app.application.clock import SystemClock
from scanner_app.application.config import AccountConfig, Settings
from scanner_app.application.control import AccountReport, OfficeTask
from scanner_app.application.door import Door
from scanner_app.application.door import Parts as DoorParts
from scanner_app.application.events import AccountStatus, Event, Level, Notice, StatusChanged
from scanner_app.application.find import Finder, Oracle
from scanner_app.application.hub import Hub
from scanner_app.application.ports import Capabilities, Connection, Platform
from scanner_app.application.present import Desk
from scanner_app.clock_memory import ClockMemory
from scanner_app.crash import CrashFile
from scanner_app.domain.errors import PlatformKind, PlatformTrouble, ScannerError, SettingsTrouble, StorageTrouble
from scanner_app.lifecycle import InstanceLock, Parts
from scanner_app.many_doors import Around, open_hub, start_hub
from scanner_app.pins import Pins
from scanner_app.platforms import registry
from scanner_app.platforms.passcreator.office import Office
from scanner_app.platforms.passcreator.platform import PasscreatorPlatform
from scanner_app.secrets import SecretStore
from scanner_app.storage import cipher
from scanner_app.storage.store import Store
from scanner_app.sync.runner import SyncRunner

log = logging.getLogger(__name__)

STORAGE_KEY = "storage:key"
"""Name in the secret store of the key that the data folder's databases are encrypted with, where they are."""


class SettingsKeeper:
    """Settings in force, and whoever must know when they change."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._settings = settings_file.load(data_dir)
        self.changed: list[Callable[[Settings], None]] = []

    def load(self) -> Settings:
        """Return the settings in force."""
        return self._settings

    def use(self, settings: Settings) -> None:
        """Work with these settings without keeping them."""
        self._settings = settings

    def save(self, settings: Settings) -> None:
        """Keep settings on disk, then tell the parts that depend on them."""
        settings_file.save(self._data_dir, settings)
        self._settings = settings
        for hear in self.changed:
            hear(settings)


class Sources(Protocol):
    """Cameras and recordings that follow the settings."""

    def use(self, specs: Sequence[str], *, loop: bool = False) -> None:
        """Stop what is no longer wanted, start what is new."""

    def watch(self, spec: str) -> Callable[[], None]:
        """Show another source's pictures only."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """The platforms of the accounts whose keys are known, and a trouble code for each of the others."""

    platforms: Mapping[str, Platform]
    troubles: Mapping[str, str]

    @classmethod
    def open(cls, settings: Settings, secrets: SecretStore) -> Accounts:
        """Build a platform for each account; one that cannot be built does not keep the others."""
        platforms: dict[str, Platform] = {}
        troubles: dict[str, str] = {}
        for account in settings.accounts:
            try:
                platforms[account.id] = _platform(account, secrets.get(account.secret_name))
            except ScannerError as error:
                log.warning("account %s cannot be used: %s", account.id, error.code)
                troubles[account.id] = error.code
        return cls(platforms, troubles)

    def close(self) -> None:
        """Give every connection back."""
        for platform in self.platforms.values():
            platform.close()


def _platform(account: AccountConfig, key: str | None) -> Platform:
    if not key:
        raise SettingsTrouble("key_missing", account.id)
    logs.never_log(key)
    return registry.build(account, key)


class Kiosk:
    """Everything one data folder drives. Made by `open_kiosk`; `stop()` ends every thread it started."""

    def __init__(self, data_dir: Path, *, writes: bool, use_keyring: bool = True) -> None:
        self.data_dir = data_dir
        self._parts = Parts()
        if writes:
            lock = InstanceLock(data_dir)
            lock.acquire()
            self._parts.add("instance lock", lock.release)
        self._online = True
        self._news = threading.Event()
        self._sources: Sources | None = None
        self._loop = False
        self.settings = SettingsKeeper(data_dir)
        self.secrets = SecretStore(data_dir, use_keyring=use_keyring)
        self.pins = Pins(data_dir)
        self.clock = SystemClock()
        self._clock_memory = ClockMemory(data_dir)
        self._accounts = Accounts.open(self.settings.load(), self.secrets)
        self._parts.add("platforms", self._close_accounts)
        if not writes and not (data_dir / "ledger.db").exists():
            raise SettingsTrouble("not_set_up")
        unlock_store(data_dir, self.secrets)
        if self.settings.load().encrypted and self.secrets.get(STORAGE_KEY) is None:
            raise SettingsTrouble("storage_key_missing")  # else the ledger would look damaged and be set aside
        self.store = Store(data_dir, self.tenants(), read_only=not writes, on_damage=self._damaged)
        self.store.open()
        self._parts.add("store", self.store.close)
        self._keep_time(writes=writes)
        self.sync = self._runner()
        self._syncing = False
        finder = Finder(self.store, self.settings.load, self.oracles, keeps=writes)
        self.hub = self._venue() if writes else None
        self.desk = Desk(self.store, self.clock, self.settings.load, finder, self.tenants, self.hub)
        self.door = Door(
            DoorParts(
                self.desk,
                self,
                self.settings,
                self.secrets,
                self.pins,
                self.try_account,
                self.capabilities,
                self.office_task,
                self.cameras,
                self.watch_camera,
            )
        )
        self.settings.changed.append(self._follow)
        self._parts.add("venue", start_hub(self.hub))

    def _keep_time(self, *, writes: bool) -> None:
        """It cannot be earlier than the last scan or the last word of a platform, whatever our clock says."""
        if (known := self._clock_memory.read()) is not None:
            self.clock.recall(known)
        if not writes:
            return
        self.clock.on_known = self._clock_memory.keep
        self._parts.add("clock", self.clock.check)
        with contextlib.closing(self.store.ledger_reader()) as reader:
            for last in reader.recent_scans(1):
                self.clock.floor(last.at)

    @property
    def encrypted(self) -> bool:
        """Whether the databases of this folder are encrypted."""
        return self.secrets.get(STORAGE_KEY) is not None

    # --- life
    def start_sync(self) -> None:
        """Start the sync threads."""
        self._syncing = True
        self.sync.start()
        self._parts.add("sync", self._stop_sync)

    def start_door(self) -> None:
        """Start taking credentials; what is older than the retention is blanked meanwhile."""
        self.door.start()
        days = self.settings.load().retention_days
        if days is not None:
            sweeper = threading.Thread(target=self._sweep, args=(days,), name="retention", daemon=True)
            sweeper.start()
            self._parts.add("retention", lambda: sweeper.join(5.0))
        self._parts.add("door", self.door.stop)

    def add(self, name: str, stop: Callable[[], object]) -> None:
        """Stop this, too, at the end: before everything that was started earlier."""
        self._parts.add(name, stop)

    def stop(self) -> None:
        """End everything, last started first."""
        self._parts.stop()

    def go_offline(self) -> None:
        """Ask no platform anything."""
        self._online = False

    def use_sources(self, sources: Sources, *, loop: bool) -> None:
        """Run these sources as the settings have it, now and after every change."""
        self._sources, self._loop = sources, loop
        sources.use(self.settings.load().devices.sources, loop=loop)

    def drain(self, seconds: float) -> None:
        """Give the running sync threads time to tell the platforms what is left; stop waiting when none can be told."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._news.clear()
            status = self.door.status()
            if not status.unsent or status.connection in (Connection.OFFLINE, Connection.UNAUTHORISED):
                return
            self._news.wait(min(0.2, max(0.0, until - time.monotonic())))

    # --- accounts
    def tenants(self) -> Mapping[str, str]:
        """Return the fingerprint of URL and key per account; '-' where the key is not known."""
        known = {a: p.tenant for a, p in self._accounts.platforms.items()}
        return {a.id: known.get(a.id, "-") for a in self.settings.load().accounts}

    def oracles(self) -> Mapping[str, Oracle]:
        """Return who can be asked during a scan."""
        return self.sync.oracles() if self._online else {}

    def need_set_up(self) -> None:
        """Raise when there is no account, or none that can be used."""
        if not self.settings.load().accounts:
            raise SettingsTrouble("not_set_up")
        if not self._accounts.platforms:
            raise SettingsTrouble(next(iter(self._accounts.troubles.values())).removeprefix("settings_"))

    def platform(self, account: str) -> Platform:
        """Return an account's platform, the first account's for ''; raise when it cannot be used."""
        self.need_set_up()
        chosen = account or self.settings.load().accounts[0].id
        if chosen in self._accounts.troubles:
            raise SettingsTrouble(self._accounts.troubles[chosen].removeprefix("settings_"), chosen)
        if chosen not in self._accounts.platforms:
            raise SettingsTrouble("account_unknown", chosen)
        return self._accounts.platforms[chosen]

    def office(self, account: str) -> Office:
        """Return what an office can do on an account; only Passcreator's contract has these calls."""
        platform = self.platform(account)
        if not isinstance(platform, PasscreatorPlatform):
            raise SettingsTrouble("office_not_possible", platform.platform)
        return platform.office

    def office_task(self, account: str, task: OfficeTask, uid: str, value: str) -> None:
        """Ask a platform to do something to a pass now; raises PlatformTrouble or SettingsTrouble."""
        office = self.office(account)
        calls: Mapping[OfficeTask, Callable[[], object]] = {
            OfficeTask.EMAIL: lambda: office.email(uid, value),
            OfficeTask.ENABLE_DOWNLOAD: lambda: office.enable_download(uid),
            OfficeTask.PUSH: lambda: office.push(uid, value),
        }
        calls[task]()

    def try_account(self, account: AccountConfig, key: str) -> AccountReport:
        """Talk to a platform with a key ('' = the stored one)."""
        return account_report(account, key or self.secrets.get(account.secret_name) or "")

    def capabilities(self, account: str) -> Capabilities:
        """Return what an account can do; nothing when it cannot be used."""
        platform = self._accounts.platforms.get(account)
        return platform.capabilities if platform else Capabilities(frozenset())

    # --- sync, as the door sees it
    def wake_uploads(self) -> None:
        """Say that there is something to send."""
        if self._syncing:
            self.sync.wake_uploads()

    def sync_now(self, *, full: bool = False) -> None:
        """Start a round at once."""
        if self._syncing:
            self.sync.sync_now(full=full)

    def statuses(self) -> Sequence[AccountStatus]:
        """Return how each account is doing."""
        return [self._status(a) for a in self.settings.load().accounts]

    def _status(self, account: AccountConfig) -> AccountStatus:
        if account.id in self._accounts.platforms:
            return self.sync.status(account.id)
        reader = self.store.cache_reader()
        try:
            state = reader.state(account.id)
        finally:
            reader.close()
        trouble = self._accounts.troubles.get(account.id, "settings_key_missing")
        return AccountStatus(account.id, account.platform, held=state.held, last_sync=state.last_sync, trouble=trouble)

    # --- devices
    def cameras(self) -> Sequence[tuple[str, str]]:
        """Return the cameras that can be seen."""
        return cameras()

    def watch_camera(self, source: str) -> Callable[[], None]:
        """Show a camera's pictures until the returned function is called."""
        if self._sources is None:
            raise SettingsTrouble("no_window")
        return self._sources.watch(source)

    # --- inside
    def _sweep(self, days: int) -> None:
        try:
            blanked = retention.purge(self.desk, days)
        except StorageTrouble:
            log.exception("old facts could not be blanked; tried again at the next start")
        else:
            log.info("%d facts older than %d days were blanked", blanked, days)

    def _close_accounts(self) -> None:
        self._accounts.close()

    def _stop_sync(self) -> None:
        self._syncing = False
        self.sync.stop()

    def _venue(self) -> Hub | None:
        return open_hub(
            Around(
                lambda: self.settings.load().venue,
                self.secrets.get,
                self.store,
                self.clock,
                self.data_dir,
                self._reachable,
                self._something_new,
            )
        )

    def _reachable(self) -> Mapping[str, Platform]:
        """Return the platforms that the venue's records can be told to just now."""
        if not self._syncing or not self._online:
            return {}
        up = {account for account, oracle in self.sync.oracles().items() if oracle.believed_up()}
        return {account: platform for account, platform in self._accounts.platforms.items() if account in up}

    def _runner(self) -> SyncRunner:
        accounts = [a for a in self.settings.load().accounts if a.id in self._accounts.platforms]
        return SyncRunner(
            accounts, self._accounts.platforms, self.store, self.clock, self._tell, changed=self._something_new
        )

    def _something_new(self) -> None:
        self._news.set()
        self.door.tell(StatusChanged(self.door.status()))

    def _tell(self, event: Event) -> None:
        self.door.tell(event)

    def _damaged(self, account: str) -> None:
        log.error("the cache of %s was damaged and set aside; it is loaded again", account)
        self.door.tell(Notice("cache_set_aside", Level.WARNING, account))
        self.sync_now(full=True)

    def _follow(self, settings: Settings) -> None:
        """Build anew what depends on the settings: accounts, caches, sync, sources."""
        if self._syncing:
            self.sync.stop()
        old = self._accounts
        self._accounts = Accounts.open(settings, self.secrets)
        self.store.set_accounts(self.tenants())
        self.sync = self._runner()
        old.close()
        if self._syncing:
            self.sync.start()
        if self._sources is not None:
            self._sources.use(settings.devices.sources, loop=self._loop)


@contextlib.contextmanager
def open_kiosk(data_dir: Path, *, writes: bool, use_keyring: bool = True) -> Iterator[Kiosk]:
    """Open a data folder: with `writes` as the one program that may write to it, else beside a running one."""
    crash = CrashFile(data_dir)
    if writes:
        logs.start(data_dir)
        before = crash.previous()
        if before:
            log.error("the last run ended badly: %s", before)
        crash.arm()
    kiosk = Kiosk(data_dir, writes=writes, use_keyring=use_keyring)
    try:
        yield kiosk
    finally:
        kiosk.stop()
        if writes:
            crash.disarm()


def unlock_store(data_dir: Path, secrets: SecretStore) -> None:
    """Make the key of an encrypted data folder known; nothing where there is none."""
    cipher.unlock(data_dir, secrets.get(STORAGE_KEY))


def encrypt_from_now(data_dir: Path, secrets: SecretStore) -> None:
    """Choose encryption at rest for a new data folder; SettingsTrouble when there are facts already or no SQLCipher."""
    if secrets.get(STORAGE_KEY) is not None:
        return
    if not cipher.available():
        raise SettingsTrouble("cipher_missing")
    if (data_dir / "ledger.db").exists():
        raise SettingsTrouble("encrypt_too_late")
    secrets.put(STORAGE_KEY, cipher.new_key())


def account_report(account: AccountConfig, key: str) -> AccountReport:
    """Try an account: the key, the address, each template, the platform's doors."""
    try:
        platform = _platform(account, key)
    except ScannerError as error:
        return AccountReport(error.code, error.detail)
    try:
        return _report(platform, account)
    except ScannerError as error:
        return AccountReport(error.code, error.detail)
    finally:
        platform.close()


def _report(platform: Platform, account: AccountConfig) -> AccountReport:
    moment = platform.check()
    for template in account.templates:
        try:
            platform.page(template.id, "", "")
        except PlatformTrouble as trouble:
            if trouble.kind is not PlatformKind.NOT_FOUND:
                raise
            return AccountReport("settings_template_unknown", template.id)
    return AccountReport("", "", tuple(platform.templates()), tuple(platform.doors()), moment)


def report_trouble(report: AccountReport) -> ScannerError:
    """Return a report's trouble as an error, for callers that stop at it."""
    if report.trouble.startswith("settings_"):
        return SettingsTrouble(report.trouble.removeprefix("settings_"), report.detail)
    kind = PlatformKind(report.trouble.removeprefix("platform_"))
    return PlatformTrouble(kind, report.detail)
