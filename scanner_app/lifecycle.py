"""One door per data folder, and an orderly end."""

from __future__ import annotations

import _thread
import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from scanner_app.domain.errors import SettingsTrouble
from scanner_app.files import file_trouble

log = logging.getLogger(__name__)


PATIENCE = 0.3
"""Seconds for which a lock that is held is tried again."""


class InstanceLock:
    """Held by the one program that writes to a data folder; the system frees it when the program dies."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "door.lock"
        self._handle: int | None = None

    def acquire(self) -> None:
        """Take the lock or raise SettingsTrouble("second_instance")."""
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise file_trouble(error, self._path) from error
        try:
            _lock_patiently(handle)
        except OSError as error:
            owner = os.pread(handle, 32, 0).decode(errors="replace").strip() if os.name == "posix" else ""
            os.close(handle)
            raise SettingsTrouble("second_instance", f"process {owner}" if owner else "") from error
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        self._handle = handle

    def held(self) -> bool:
        """Return whether a program, this one or another, writes to the data folder now."""
        try:
            handle = os.open(self._path, os.O_RDWR)
        except OSError:
            return False
        try:
            _lock(handle)
        except OSError:
            return True
        finally:
            os.close(handle)
        return False

    def release(self) -> None:
        """Give the lock back."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _lock_patiently(handle: int) -> None:
    """A program that only asks whether the lock is held has it for an instant."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return _lock(handle)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(PATIENCE / 10)


def _lock(handle: int) -> None:
    if os.name == "posix":
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    else:
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]


@contextlib.contextmanager
def stop_signals() -> Iterator[threading.Event]:
    """Give an event that SIGINT and SIGTERM set, the old handlers back at the end.

    A handler runs between any two steps of the main thread, also of an earlier handler (`timeout` and service managers
    send their signal twice) and of `Event.set` and `Event.wait` with the event's lock held: it takes no lock itself.
    """
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        _thread.start_new_thread(stop.set, ())

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Parts:
    """Started parts, stopped in reverse order; one that fails to stop does not keep the others."""

    def __init__(self) -> None:
        self._stops: list[tuple[str, Callable[[], object]]] = []

    def add(self, name: str, stop: Callable[[], object]) -> None:
        """Remember how to stop a part that was just started."""
        self._stops.append((name, stop))

    def stop(self) -> None:
        """Stop everything, last started first."""
        while self._stops:
            name, stop = self._stops.pop()
            try:
                stop()
            except Exception:
                log.exception("%s did not stop cleanly", name)
