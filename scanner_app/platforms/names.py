"""Whose pass it is, from fields that every customer names differently."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

FIRST_NAMES = ("firstname", "vorname", "givenname", "forename", "prenom")
LAST_NAMES = ("lastname", "surname", "nachname", "familyname", "nom")
WHOLE_NAMES = (
    *("passengername", "fullname", "displayname", "name", "holder", "holdername"),
    *("guest", "guestname", "gast", "teilnehmer", "attendee", "member", "membername"),
)


def holder(fields: Mapping[str, str], chosen: Sequence[str] = ()) -> str:
    """Return the holder's name: the chosen fields joined, else what looks like a first and last, or a whole, name."""
    if chosen:
        return " ".join(filter(None, (fields.get(name, "") for name in chosen)))
    plain = {re.sub(r"[^a-z]", "", name.lower()): value for name, value in fields.items()}
    parts = [next((plain[n] for n in names if n in plain), "") for names in (FIRST_NAMES, LAST_NAMES)]
    whole = next((plain[n] for n in WHOLE_NAMES if n in plain), "")
    return " ".join(filter(None, parts)) or whole


def chosen(option: str) -> tuple[str, ...]:
    """Return the names in a comma-separated option."""
    return tuple(name.strip() for name in option.split(",") if name.strip())
