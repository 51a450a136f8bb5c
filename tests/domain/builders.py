"""Passes, places and moments for tests of the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.passes import Direction, IdentifierKind, Matches, Pass, Use
from scanner_app.domain.place import Accepted, Place, Policy
from scanner_app.domain.rules import decide
from scanner_app.domain.verdict import Verdict

NOW = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHOWN = Credential("code-1", Symbology.QR)
TICKET = Pass(
    "acc", "passcreator", "uid-1", "tpl", "Festival", {IdentifierKind.BARCODE: "code-1"}, holder="Ada Lovelace"
)
DOOR = Place("Main", (Accepted("acc", frozenset({"tpl"}), place="main"),))


def judge(
    subject: Pass = TICKET, uses: tuple[Use, ...] = (), place: Place = DOOR, now: datetime = NOW, **matches: object
) -> Verdict:
    """The verdict on one pass."""
    found = replace(Matches((subject,)), **matches)  # type: ignore[arg-type]
    return decide(found, uses, place, SHOWN, now)


def used(place: str = "main", ago: timedelta = HOUR, direction: Direction = Direction.ENTRY) -> Use:
    """A use some time ago."""
    return Use(place, NOW - ago, direction)


def door(policy: Policy, **changes: object) -> Place:
    """The door with another policy."""
    return replace(DOOR, policy=policy, **changes)  # type: ignore[arg-type]
