"""Passcreator's box office: every name a pass has (uid, own id, barcode) is taken by its calls as it is."""

from __future__ import annotations

from collections.abc import Mapping

from scanner_app.application.ports import Issued
from scanner_app.platforms.passcreator.office import Office


class PasscreatorCounter:
    """Implements `ports.Counter`."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def create(self, template: str, values: Mapping[str, object]) -> Issued:
        """Make a pass from named fields and the contract's own parameters."""
        made = self._office.create(template, values)
        return Issued(made.uid, made.barcode, made.page, made.file)

    def update(self, name: str, values: Mapping[str, object]) -> None:
        """Change what is named."""
        self._office.update(name, values)

    def mark(self, name: str, *, voided: bool) -> None:
        """Void a pass, or take that back."""
        self._office.mark(name, voided=voided)

    def delete(self, name: str) -> None:
        """Delete a pass."""
        self._office.delete(name)

    def push(self, name: str, words: str) -> str:
        """Send a message; the very message that a pass had last is not sent again."""
        return "sent" if self._office.push(name, words) else "not sent again: it had this very message before"
