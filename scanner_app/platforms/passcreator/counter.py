"""Passcreator's box office: every name a pass has (uid, own id, barcode) is taken by its calls as it is."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from decimal import Decimal

from scanner_app.application.ports import Issued
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.platforms.passcreator.office import Office
from scanner_app.platforms.typed import typed_flag

NUMBERS = frozenset({"storedValue", "flightNumber"})
FLAGS = frozenset({"voided", "enforceUniqueUserProvidedId"})
"""Parameters of seed 001 that are no text."""


class PasscreatorCounter:
    """Implements `ports.Counter`."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def create(self, template: str, values: Mapping[str, object]) -> Issued:
        """Make a pass from named fields and the contract's own parameters."""
        made = self._office.create(template, _typed(values))
        return Issued(made.uid, made.barcode, made.page, made.file)

    def update(self, name: str, values: Mapping[str, object]) -> str:
        """Change what is named."""
        self._office.update(name, _typed(values))
        return ""

    def mark(self, name: str, *, voided: bool) -> None:
        """Void a pass, or take that back."""
        self._office.mark(name, voided=voided)

    def delete(self, name: str) -> None:
        """Delete a pass."""
        self._office.delete(name)

    def push(self, name: str, words: str) -> str:
        """Send a message; the very message that a pass had last is not sent again."""
        return "sent" if self._office.push(name, words) else "not sent again: it had this very message before"


def _typed(values: Mapping[str, object]) -> Mapping[str, object]:
    """Return values as the contract wants them: typed on a command line, all of them are text."""
    return {name: _read(name, value) if isinstance(value, str) else value for name, value in values.items()}


def _read(name: str, value: str) -> object:
    if name in NUMBERS:
        with contextlib.suppress(ArithmeticError):
            if (number := Decimal(value)).is_finite():
                return number
        raise SettingsTrouble("option_invalid", f"{name}: {value}")
    return typed_flag(name, value) if name in FLAGS else value
