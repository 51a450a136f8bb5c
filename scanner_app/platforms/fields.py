"""Reading decoded answers: tolerant of known oddities, PlatformTrouble(NONSENSE) for everything else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from scanner_app.domain.credential import storable
from scanner_app.platforms.strict_json import LONGEST_NUMBER, Json, nonsense

LONGEST_TEXT = 8192
"""Longest text kept of one field, in characters; identifiers longer than this are refused, not cut."""

Object = Mapping[str, Json]


def an_object(value: Json, what: str) -> dict[str, Json]:
    """Return the value as an object. PHP writes an empty map as a list."""
    if value is None or value == []:
        return {}
    if not isinstance(value, dict):
        raise nonsense(f"{what} is no object")
    return value


def a_list(value: Json, what: str) -> list[Json]:
    """Return the value as a list; null is an empty one. PHP writes one with a gap in it as a map of numbers."""
    if value is None:
        return []
    if isinstance(value, dict) and all(key.isdecimal() for key in value):
        return list(value.values())
    if not isinstance(value, list):
        raise nonsense(f"{what} is no list")
    return value


def text(found: Object, key: str) -> str:
    """Return a text, '' where it is missing or null; whole numbers are taken as they are written."""
    value = found.get(key)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise nonsense(f"{key} is no text")
    written = storable(str(value))
    if len(written) > LONGEST_TEXT:
        raise nonsense(f"{key} is too long")
    return written


def needed(found: Object, key: str) -> str:
    """Return a text that must be there."""
    value = text(found, key)
    if not value:
        raise nonsense(f"{key} is missing")
    return value


def flag(found: Object, key: str, *, missing: bool | None = None) -> bool:
    """Return a boolean, also where it is written as a text or as 0 or 1; `missing` None: it must be there."""
    value = found.get(key, missing)
    if isinstance(value, bool):
        return value
    readable = {"true": True, "1": True, "false": False, "0": False}
    read = readable.get(str(value).lower()) if isinstance(value, str | int) else None
    if read is None:
        raise nonsense(f"{key} is no boolean")
    return read


def number(found: Object, key: str) -> Decimal | None:
    """Return a number, also where it is written as a text; None where it is missing, null or empty."""
    value = found.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal) or len(str(value)) > LONGEST_NUMBER:
        raise nonsense(f"{key} is no number")
    try:
        read = Decimal(value)
    except InvalidOperation:
        raise nonsense(f"{key} is no number") from None
    if not read.is_finite() or abs(read.adjusted()) > 308:
        raise nonsense(f"{key} is no number")
    return read


def whole(found: Object, key: str) -> int | None:
    """Return a whole number, None where it is missing."""
    value = number(found, key)
    if value is None:
        return None
    if value != value.to_integral_value() or abs(value) > 2**63:
        raise nonsense(f"{key} is no whole number")
    return int(value)


def texts(found: Object, key: str) -> tuple[str, ...]:
    """Return a list of texts."""
    return tuple(text({key: each}, key) for each in a_list(found.get(key), key))


def instant(found: Object, key: str) -> datetime | None:
    """Return an ISO 8601 time as aware UTC; one without an offset is UTC. None where it is missing."""
    written = text(found, key).strip()
    if not written:
        return None
    try:
        read = datetime.fromisoformat(written)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise nonsense(f"{key} is no time") from None
