"""What a box office does to passes, the same on every platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Issued:
    """A new pass, as far as the platform tells of it.

    `page` is the address to give to people, `own_id` the id that the office gave it, `notified` what became of a
    message that went along.
    """

    uid: str
    barcode: str = ""
    page: str = ""
    file: str = ""
    own_id: str = ""
    notified: str = ""


class Counter(Protocol):
    """One account's box office. `values` are names and values of the platform's own contract.

    A pass is named by its uid, or by any other text that names exactly one. Methods block and raise PlatformTrouble;
    SettingsTrouble where the contract has no such call, no pass is named so, or several are.
    """

    def create(self, template: str, values: Mapping[str, object]) -> Issued:
        """Make a pass of a template (for PassKit of a production, campaign or program)."""

    def update(self, name: str, values: Mapping[str, object]) -> str:
        """Change what is named, nothing else; return what became of a message among it, '' where none is told."""

    def mark(self, name: str, *, voided: bool) -> None:
        """Void a pass, or take that back."""

    def delete(self, name: str) -> None:
        """Delete a pass for good."""

    def push(self, name: str, words: str) -> str:
        """Send a message to a pass; return what became of it: 'sent', or the platform's own word."""
