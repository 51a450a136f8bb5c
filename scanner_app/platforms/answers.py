"""What a platform's answer means when it is not the documented success: reliability.md section 2.3 as one table."""

from __future__ import annotations

import email.utils
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from scanner_app.domain.errors import PlatformCause, PlatformKind, PlatformTrouble
from scanner_app.platforms.strict_json import Json, decode

LONGEST_WAIT = 300.0
"""Longest wait taken from a header, in seconds (reliability.md 2.3: clamped to 5 minutes)."""

KINDS: dict[range, PlatformKind] = {
    range(401, 402): PlatformKind.UNAUTHORISED,
    range(403, 404): PlatformKind.UNAUTHORISED,
    range(404, 405): PlatformKind.NOT_FOUND,
    range(408, 409): PlatformKind.BUSY,
    range(409, 410): PlatformKind.CONFLICT,
    range(412, 413): PlatformKind.CONFLICT,
    range(425, 426): PlatformKind.BUSY,
    range(429, 430): PlatformKind.BUSY,
    range(511, 512): PlatformKind.PORTAL,
    range(500, 600): PlatformKind.BUSY,
    range(400, 500): PlatformKind.REFUSED,
    range(300, 400): PlatformKind.PORTAL,
    range(200, 300): PlatformKind.NONSENSE,  # a success, but not the documented one
    range(100, 1000): PlatformKind.NONSENSE,
}
"""First matching range decides."""

ASKS_TO_WAIT = frozenset({408, 425, 429, 502, 503, 504})
"""What of `BUSY` is said of too much to do; any other is the platform's own fault, and told as that."""


def kind_of(status: int, *, html: bool) -> PlatformKind:
    """Return what a status means. HTML where JSON belongs is somebody else's page, but for 401 and 5xx."""
    kind = next(kind for statuses, kind in KINDS.items() if status in statuses)
    ours = kind is PlatformKind.BUSY or status == 401
    return PlatformKind.PORTAL if html and not ours else kind


def trouble(status: int, headers: Mapping[str, str], body: bytes) -> PlatformTrouble:
    """Return the trouble that an undocumented or unhappy answer is."""
    kind = kind_of(status, html=is_html(headers, body))
    detail = f"HTTP {status}" if kind is PlatformKind.PORTAL else f"HTTP {status} {_explained(body)}".strip()
    cause = PlatformCause.FAULT if kind is PlatformKind.BUSY and status not in ASKS_TO_WAIT else None
    return PlatformTrouble(kind, detail, status=status, retry_after=retry_after(headers), cause=cause)


def is_html(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether a page came instead of data. PHP calls all that it says HTML: JSON too, and nothing at all."""
    start = body[:256].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"{", b"[")) or not (start or promised(headers, body)):
        return False
    return "html" in headers.get("content-type", "").lower() or start.startswith((b"<!doctype", b"<html", b"<?xml"))


def promised(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether an answer speaks of a body that is not there: with a 204 none is read, whatever comes."""
    return not body and headers.get("content-length", "0").strip() not in ("", "0")


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds to wait that either header names, the longer of both; None when neither is readable."""
    named = (headers.get("retry-after", ""), headers.get("x-rate-limit-retry-after", ""))
    waits = [wait for text in named if (wait := _wait(text.strip(), headers, now)) is not None]
    return min(max(waits), LONGEST_WAIT) if waits else None


def _wait(text: str, headers: Mapping[str, str], now: datetime | None) -> float | None:
    if not text or len(text) > 64:
        return None
    try:
        return max(0.0, float(min(Decimal(text), Decimal(LONGEST_WAIT)))) if Decimal(text).is_finite() else None
    except InvalidOperation:
        at = http_date(text)
    if at is None:
        return None
    # The platform's own clock says how long that is; ours may be wrong.
    since = http_date(headers.get("date", "")) or now or datetime.now(UTC)
    return max(0.0, (at - since).total_seconds())


def http_date(text: str) -> datetime | None:
    """Return an HTTP date as aware UTC, None when it is none."""
    try:
        found = email.utils.parsedate_to_datetime(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


_KEYS = ("ErrorMessage", "errors", "error", "message", "description", "details")


def _explained(body: bytes) -> str:
    """Return what the body says of the refusal, short and on one line; '' when it says nothing readable."""
    try:
        found = decode(body[:65536])
    except PlatformTrouble:
        return ""
    return re.sub(r"[^\x20-\x7e\xa0-\uffff]", " ", _words(found))[:200].strip()


def _words(found: Json) -> str:
    if isinstance(found, str):
        return found
    if isinstance(found, list):
        return "; ".join(filter(None, (_words(each) for each in found[:5])))
    if isinstance(found, dict):
        return "; ".join(filter(None, (_words(found[key]) for key in _KEYS if key in found)))
    return ""
