"""The supervisor's view put together: counts from this copy of the stream, states from what doors say of themselves."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from scanner_app.application.venue_rule import VenueRule
from scanner_app.application.venue_view import AlarmView, DoorState, DoorView, TwiceView, VenueView
from scanner_app.venue import tally
from scanner_app.venue.book import Book, Happening
from scanner_app.venue.presence import QUIET, Presence, Word

SHOWN = 50
FLOW_MINUTES = 5
TEXT = 64
"""Letters of a door's own words that are shown; another kiosk's words are foreign text."""


def survey(venue: str, book: Book, presence: Presence, members: Iterable[str], *, connected: bool) -> VenueView:
    """Return the venue as it is known here now. Blocks for a look at the book, some milliseconds."""
    now = datetime.now(UTC)
    counts: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for kiosk, what, total, lately in book.tallies(tally.minute(now - timedelta(minutes=FLOW_MINUTES))):
        counts[kiosk][what] = (total, lately)
    twice, twice_count = book.happenings("over", SHOWN)
    alarms, alarm_count = book.happenings("alarm", SHOWN)
    names = sorted({*members, *counts, *presence.heard})
    return VenueView(
        venue,
        now,
        connected,
        connected and presence.led,
        tuple(_door(name, counts.get(name, {}), presence, connected=connected) for name in names),
        presence.boxes,
        presence.records,
        tuple(map(_twice, twice)),
        twice_count,
        tuple(map(_alarm, alarms)),
        alarm_count,
    )


def _door(kiosk: str, counts: Mapping[str, tuple[int, int]], presence: Presence, *, connected: bool) -> DoorView:
    word = presence.heard.get(kiosk)
    said = word.said if word else {}

    def total(what: str) -> int:
        return counts.get(what, (0, 0))[0]

    state = _state(word, presence, connected=connected)
    fresh = state in (DoorState.ONLINE, DoorState.ISOLATED)
    return DoorView(
        kiosk,
        state,
        _text(said.get("door")),
        _rule(said.get("rule")),
        time.monotonic() - word.at if word else None,
        _number(said.get("isolated")) if fresh else None,
        total("admitted"),
        total("alone") + total("over_admission"),  # its guests are inside, whoever has the slot
        total("override"),
        total("exit"),
        sum(counts.get(what, (0, 0))[1] for what in ("admitted", "alone", "over_admission", "override")),
        _whole(said.get("refused")) if word else None,
        _whole(said.get("provisional")),
        _whole(said.get("behind")),
        _number(said.get("offset")),
    )


def _state(word: Word | None, presence: Presence, *, connected: bool) -> DoorState:
    if word is not None and time.monotonic() - word.at < QUIET:
        return DoorState.ISOLATED if word.said.get("isolated") is not None else DoorState.ONLINE
    if connected and presence.listened_for > QUIET:
        return DoorState.SILENT
    return DoorState.UNKNOWN


def _twice(one: Happening) -> TwiceView:
    body = one.body
    return TwiceView(
        _when(body.get("at")),
        _text(body.get("door")),
        _text(body.get("kiosk")),
        _when(body.get("winner_at")),
        _text(body.get("winner_place")),
        _text(body.get("winner_kiosk")),
    )


def _alarm(one: Happening) -> AlarmView:
    return AlarmView(one.sequence, _text(one.body.get("why")), _text(one.body.get("kiosk")), _when(one.body.get("at")))


# --- foreign values
def _text(value: object) -> str:
    return value[:TEXT] if isinstance(value, str) else ""


def _rule(value: object) -> VenueRule | None:
    return next((rule for rule in VenueRule if rule.value == value), None)


def _number(value: Any) -> float | None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e9
    return float(value) if is_number else None


def _whole(value: object) -> int:
    return int(_number(value) or 0)


def _when(value: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return at if at.tzinfo else None
