"""PINs: Argon2id, five tries, then a lock-out that doubles from 30 s to 15 min and outlives a restart."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from scanner_app.application.control import PinAnswer, Role
from scanner_app.boot import computers_own
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.files import read_json, write_private

FILE = "pins.json"
TRIES = 5
FIRST_WAIT = 30.0
LONGEST_WAIT = 900.0
SHORTEST = 4
_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)  # reliability.md 4.1: about 200 ms
_ORDER = (Role.STAFF, Role.SUPERVISOR, Role.ADMINISTRATOR)


class Pins:
    """The PINs of one kiosk. A higher role's PIN opens what a lower one does."""

    def __init__(
        self,
        data_dir: Path,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], tuple[str, float]] = computers_own,
    ) -> None:
        self._path, self._wall, self._steady = data_dir / FILE, wall, steady

    def set(self, role: Role, pin: str) -> None:
        """Choose a PIN: digits, at least four."""
        if len(pin) < SHORTEST or not pin.isdigit():
            raise SettingsTrouble("pin_too_short")
        state = self._state()
        state[role.value] = _HASHER.hash(pin)
        self._save(state)

    def is_set(self, role: Role) -> bool:
        """Whether anything guards this role."""
        return any(r.value in self._state() for r in _at_least(role))

    def check(self, role: Role, pin: str) -> PinAnswer:
        """Return whether this PIN opens the role; counts the try before it looks. '' only asks whether one is set."""
        state = self._state()
        hashes = [str(state[r.value]) for r in _at_least(role) if r.value in state]
        if not hashes:
            return PinAnswer(ok=True, unset=True)
        wait = self._wait(state)
        if wait > 0:
            return PinAnswer(ok=False, wait=wait, own=role.value in state)
        if not pin:
            left = max(0, TRIES - int(str(state.get("failures", 0))))
            return PinAnswer(ok=False, tries_left=left, own=role.value in state)
        failures = int(str(state.get("failures", 0))) + 1
        self._count(state, failures)
        if any(_fits(h, pin) for h in hashes):
            self._count(state, 0)
            return PinAnswer(ok=True)
        return PinAnswer(ok=False, wait=self._wait(state), tries_left=max(0, TRIES - failures))

    def _count(self, state: dict[str, object], failures: int) -> None:
        state["failures"] = failures
        over = failures - TRIES
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2**over) if over >= 0 else 0.0
        state["locked_at"], state["locked_for"] = self._wall(), wait
        state["locked_start"], state["locked_up"] = self._steady()
        self._save(state)

    def _wait(self, state: dict[str, object]) -> float:
        length = float(str(state.get("locked_for", 0.0)))
        passed = self._wall() - float(str(state.get("locked_at", 0.0)))
        start, up = self._steady()
        if start and start == state.get("locked_start"):  # whatever became of the clock meanwhile
            passed = up - float(str(state.get("locked_up", 0.0)))
        if passed < 0:  # the clock was set back: the whole wait counts again
            return length
        return max(0.0, length - passed)

    def _state(self) -> dict[str, object]:
        return dict(read_json(self._path) or {})

    def _save(self, state: dict[str, object]) -> None:
        write_private(self._path, json.dumps(state, sort_keys=True))


def _at_least(role: Role) -> tuple[Role, ...]:
    return _ORDER[_ORDER.index(role) :]


def _fits(hashed: str, pin: str) -> bool:
    try:
        return _HASHER.verify(hashed, pin)
    except (VerificationError, InvalidHashError):
        return False
