"""The only file that builds real parts and joins them: for the window, the gate, every command and the tests."""

from __future__ import annotations

import contextlib
import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from hardware.camera_names import cameras
from scanner_app import logs, tuning
from scanner_app.accounts import Accounts
from scanner_app.application import retention
from scanner_app.application.clock import SystemClock
from scanner_app.application.config import Settings
from scanner_app.application.devices import ReaderReport
from scanner_app.application.door import Door
from scanner_app.application.door_parts import Parts as DoorParts
from scanner_app.application.events import Event, Level, Notice, StatusChanged
from scanner_app.application.find import Finder
from scanner_app.application.front_desk import FrontDesk
from scanner_app.application.hub import Hub
from scanner_app.application.judging import Desk
from scanner_app.application.ports import Connection
from scanner_app.clock_memory import ClockMemory
from scanner_app.crash import CrashFile
from scanner_app.device_desk import KioskDevices
from scanner_app.domain.credential import USUAL_CODES
from scanner_app.domain.errors import SettingsTrouble, StorageTrouble
from scanner_app.files import sweep
from scanner_app.home import Home
from scanner_app.in_step import Around as AroundSync
from scanner_app.in_step import InStep
from scanner_app.lifecycle import InstanceLock, Parts
from scanner_app.many_doors import Around as AroundHub
from scanner_app.many_doors import open_hub, start_hub
from scanner_app.out_of_order import OutOfOrder
from scanner_app.pins import Pins
from scanner_app.platforms.photos import Photos
from scanner_app.secrets import SecretStore
from scanner_app.seen import SeenKeeper
from scanner_app.set_up_sheets import SetUpSheets
from scanner_app.settings import SettingsKeeper, load
from scanner_app.storage import cipher
from scanner_app.storage.store import Store
from scanner_app.venue.calls import Calls

log = logging.getLogger(__name__)

SWEEP = 6 * 3600.0
"""Seconds between two looks for what is older than the retention."""
SMALL_FILES = ("settings", "secrets", "pins", "home", "seen", "clock", "sun_counters")
"""The `.json` files of a data folder, each of which is replaced as a whole."""

STORAGE_KEY = "storage:key"
"""Name in the secret store of the key that the data folder's databases are encrypted with, where they are."""


class Sources(Protocol):
    """Cameras and recordings that follow the settings."""

    def use(self, specs: Sequence[str], codes: frozenset[str], *, loop: bool = False) -> None:
        """Stop what is no longer wanted, start what is new; cameras read these `codes`."""

    def watch(self, spec: str) -> Callable[[], None]:
        """Show another source's pictures only."""

    def reports(self) -> Sequence[ReaderReport]:
        """Return how each reader fares."""


class TurnstileDriver(Protocol):
    """A turnstile that follows the settings."""

    def use(self, spec: str) -> None:
        """Drive this relay from now on."""

    def open_once(self) -> str:
        """Let it go once; return why not."""


def tuning_kept(keeper: SettingsKeeper) -> Callable[[str], Mapping[str, int]]:
    """Return what tells the adjustments kept for a camera, as the settings are when it is opened."""
    return lambda spec: keeper.load().devices.tuning.get(spec, {})


def codes_read(settings: Settings) -> frozenset[str]:
    """Return the barcodes that cameras read at the place in use, by the decoder's names for them."""
    place = settings.current_place
    return frozenset(code.value for code in (place.codes if place else USUAL_CODES))


class Kiosk:
    """Everything one data folder drives. Made by `open_kiosk`; `stop()` ends every thread it started."""

    def __init__(self, data_dir: Path, *, writes: bool, use_keyring: bool = True) -> None:
        self.data_dir = data_dir
        self._parts = Parts()
        if writes:
            lock = InstanceLock(data_dir)
            lock.acquire()
            self._parts.add("instance lock", lock.release)
            sweep(data_dir, [f"{name}.json" for name in SMALL_FILES])
        self._news = threading.Event()
        self._sources: Sources | None = None
        self._turnstile: TurnstileDriver | None = None
        self._loop = False
        self.settings = SettingsKeeper(data_dir)
        self.secrets = SecretStore(data_dir, use_keyring=use_keyring)
        if writes:
            self.secrets.seal()
        self.pins = Pins(data_dir)
        self.clock = SystemClock()
        self._clock_memory = ClockMemory(data_dir)
        self.accounts = Accounts(self.settings.load, self.secrets)
        self._parts.add("platforms", self.accounts.close)
        if not writes and not (data_dir / "ledger.db").exists():
            raise SettingsTrouble("not_set_up")
        unlock_store(data_dir, self.secrets)
        self.store = Store(data_dir, self.accounts.tenants(), read_only=not writes)
        self.store.open()
        self._parts.add("store", self.store.close)
        self.home = Home(data_dir, self.settings)
        if writes:
            self.home.settle_in(self.store.doubt_unsent)
        self._keep_time(writes=writes)
        self.sync = InStep(AroundSync(self.accounts, self.store, self.clock, self._tell, self._something_new))
        finder = Finder(self.store, self.settings.load, self.sync.oracles, keeps=writes)
        self.hub = self._venue() if writes else None
        self.desk = Desk(self.store, self.clock, self.settings.load, finder, self.store.tenants, self.hub)
        self.sheets = SetUpSheets(self.settings.load, self.secrets, self.clock)
        self.door = self._door()
        self.store.hear_damage(self._damaged)
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
        with contextlib.closing(self.store.ledger_reader()) as reader, contextlib.suppress(StorageTrouble):
            for last in reader.recent_scans(1):  # a damaged ledger is being built anew: the door opens without it
                if known is None or not known.disproves(last.at):
                    self.clock.floor(last.at)

    @property
    def encrypted(self) -> bool:
        """Whether the databases of this folder are encrypted."""
        return self.secrets.get(STORAGE_KEY) is not None

    # --- life
    def tell_beside(self) -> None:
        """Keep what this door sees of devices and platforms, for `status` beside it."""
        keeper = SeenKeeper(self.data_dir, self.sync.statuses, self.door.devices.readers)
        self._parts.add("seen", keeper.forget)
        self.door.listen(keeper.hear)

    def start_sync(self) -> None:
        """Start the sync threads."""
        self.sync.start()
        self._parts.add("sync", self.sync.stop)

    def start_door(self) -> None:
        """Start taking credentials; what is older than the retention is blanked meanwhile."""
        self.door.start()
        if self.home.copied_from:
            self._tell(Notice("copied_folder", Level.WARNING, self.home.copied_from))
        over = threading.Event()
        sweeper = threading.Thread(target=self._sweep, args=(over,), name="retention", daemon=True)
        sweeper.start()
        self._parts.add("retention", lambda: sweeper.join(5.0))
        self._parts.add("retention's rest", over.set)
        self._parts.add("door", self.door.stop)

    def add(self, name: str, stop: Callable[[], object]) -> None:
        """Stop this, too, at the end: before everything that was started earlier."""
        self._parts.add(name, stop)

    def stop(self) -> None:
        """End everything, last started first."""
        self._parts.stop()

    def use_sources(self, sources: Sources, *, loop: bool) -> None:
        """Run these sources as the settings have it, now and after every change."""
        self._sources, self._loop = sources, loop
        self._run_sources(self.settings.load())

    def use_turnstile(self, turnstile: TurnstileDriver) -> None:
        """Drive the turnstile of the settings, now and after every change."""
        self._turnstile = turnstile
        turnstile.use(self.settings.load().devices.relay)

    def _run_sources(self, settings: Settings) -> None:
        if self._sources is not None:
            self._sources.use(settings.devices.sources, codes_read(settings), loop=self._loop)

    def drain(self, seconds: float) -> None:
        """Give the running sync threads time to tell the platforms what is left; stop waiting when none can be told."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._news.clear()
            status = self.door.status()
            if not status.unsent or status.connection in (Connection.OFFLINE, Connection.UNAUTHORISED):
                return
            self._news.wait(min(0.2, max(0.0, until - time.monotonic())))

    def watch_camera(self, source: str) -> Callable[[], None]:
        """Show a camera's pictures until the returned function is called."""
        if self._sources is None:
            raise SettingsTrouble("no_window")
        return self._sources.watch(source)

    # --- inside
    def _sweep(self, over: threading.Event) -> None:
        """Blank what is old, at once and every few hours: a kiosk may run for a whole season."""
        while True:
            days = self.settings.load().retention_days
            if days is not None:
                self._blank(days)
            if over.wait(SWEEP):
                return

    def _blank(self, days: int) -> None:
        try:
            blanked = retention.purge(self.desk, days)
        except StorageTrouble:
            log.exception("old facts could not be blanked; tried again later")
        else:
            log.info("%d facts older than %d days were blanked", blanked, days)

    def _door(self) -> Door:
        return Door(
            DoorParts(
                self.desk,
                self.sync,
                self.settings,
                self.secrets,
                self.pins,
                OutOfOrder(self.data_dir),
                self.accounts.try_account,
                self.accounts.capabilities,
                self.accounts.office_task,
                FrontDesk(self.desk, self.accounts),
                self.sheets,
                Photos().fetch,
                cameras,
                self.watch_camera,
                tuning.controls_of,
                tuning.adjusted,
                KioskDevices(self.secrets, lambda: self._sources, lambda: self._turnstile),
                lambda: shutil.disk_usage(self.data_dir).free,
                self.store.cannot_record,
                lambda: self.store.health().codes,
                lambda: self.home.copied_from,
            )
        )

    def _venue(self) -> Hub | None:
        return open_hub(
            AroundHub(
                lambda: self.settings.load().venue,
                self.secrets.get,
                self.store,
                self.clock,
                self.data_dir,
                Calls(self.sync.reachable, self._something_new, self._told_of),
            )
        )

    def _told_of(self) -> Mapping[str, str | int]:
        """Return what the venue's supervisors are told of this door."""
        status = self.door.status()
        return {"door": status.place, "device": status.device, "refused": status.refused_here}

    def _something_new(self) -> None:
        self._news.set()
        self.door.tell(StatusChanged(self.door.status()))

    def _tell(self, event: Event) -> None:
        self.door.tell(event)

    def _damaged(self, account: str) -> None:
        log.error("the cache of %s was damaged and set aside; it is loaded again", account)
        self.door.tell(Notice("cache_set_aside", Level.WARNING, account))
        self.sync.sync_now(full=True)

    def _follow(self, settings: Settings) -> None:
        """Build anew what depends on the settings: accounts, caches, sync, sources."""
        self.sync.follow()
        self._run_sources(settings)
        if self._turnstile is not None:
            self._turnstile.use(settings.devices.relay)


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
    try:
        kiosk = Kiosk(data_dir, writes=writes, use_keyring=use_keyring)
        try:
            yield kiosk
        finally:
            kiosk.stop()
    finally:
        if writes:
            crash.disarm()


def unlock_store(data_dir: Path, secrets: SecretStore) -> None:
    """Make the key of an encrypted data folder known; SettingsTrouble where it cannot be had."""
    key = secrets.get(STORAGE_KEY)
    if key is None and _is_encrypted(data_dir):  # else the ledger would look damaged and be set aside
        secrets.need_sound()
        raise SettingsTrouble("storage_key_missing")
    cipher.unlock(data_dir, key)


def _is_encrypted(data_dir: Path) -> bool:
    try:
        return load(data_dir).encrypted
    except SettingsTrouble:
        return False  # damaged settings keep nobody from a backup; a door says so and stays shut


def encrypt_from_now(data_dir: Path, secrets: SecretStore) -> None:
    """Choose encryption at rest for a new data folder; SettingsTrouble when there are facts already or no SQLCipher."""
    if secrets.get(STORAGE_KEY) is not None:
        return
    secrets.need_sound()
    if not cipher.available():
        raise SettingsTrouble("cipher_missing")
    if (data_dir / "ledger.db").exists():
        raise SettingsTrouble("encrypt_too_late")
    secrets.put(STORAGE_KEY, cipher.new_key())
