"""Reading connections kept warm: a reader per scan then costs no opening of files and no reading of schemas."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from scanner_app.storage.connection import open_reader

IDLE = 4
"""Connections kept per file; more are closed when they come back."""


class Pool:
    """Lends reading connections. `clear` forgets those at rest, and those still lent when they come back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: dict[Path, list[sqlite3.Connection]] = {}
        self._round = 0
        self._open = True

    def take(self, path: Path) -> tuple[sqlite3.Connection, int]:
        """Return a connection and the number to give it back with."""
        with self._lock:
            idle, number = self._idle.get(path), self._round
            if idle:
                return idle.pop(), number
        return open_reader(path), number

    def give(self, path: Path, connection: sqlite3.Connection, number: int) -> None:
        """Take a connection back."""
        with self._lock:
            idle = self._idle.setdefault(path, [])
            if self._open and number == self._round and len(idle) < IDLE and not connection.in_transaction:
                idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        """Close what is at rest, and from now on whatever comes back."""
        self._open = False
        self.clear()

    def clear(self) -> None:
        """Close what is at rest: files were replaced."""
        with self._lock:
            idle, self._idle = self._idle, {}
            self._round += 1
        for connections in idle.values():
            for connection in connections:
                connection.close()

    @property
    def round(self) -> int:
        """How often it was cleared: a reader that holds a connection of an earlier round gives it back."""
        return self._round
