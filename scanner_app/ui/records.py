"""Facts of the ledger read for the screen: who, what, when, as lines and as figures. Needs no Qt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from scanner_app.application.fates import Fate
from scanner_app.application.ports import FactRow
from scanner_app.domain.passes import Direction, PassKey
from scanner_app.domain.scan import FactKind
from scanner_app.domain.verdict import Grade, Outcome, Reason, Verdict
from scanner_app.ui import texts

SLOT = timedelta(minutes=5)
"""Arrivals are counted in slots of this length."""

UNKNOWN = Fate()


@dataclass(frozen=True, slots=True)
class Record:
    """One scan or conflict as a screen needs it; texts in it are foreign."""

    row: FactRow
    holder: str
    ticket: str
    code: str
    place: str
    device: str
    raw: str
    admits: bool
    key: PassKey | None
    fate: Fate = UNKNOWN

    @property
    def detail(self) -> Mapping[str, object]:
        """What the verdict told beside its reason."""
        return _mapping(self.row.body.get("detail"))

    @property
    def passed(self) -> bool:
        """Whether somebody was let through: not by looking only, which says the same of the pass."""
        return self.admits and self.code != "ADMIT_LOOK"

    @property
    def came_in(self) -> bool:
        """Whether somebody was let in."""
        return self.passed and self.row.body.get("direction") != Direction.EXIT.value


def read(row: FactRow, fate: Fate = UNKNOWN) -> Record:
    """Return a fact for the screen, as things stand now; what a purged body no longer tells is empty."""
    body = row.body
    about = _mapping(body.get("pass"))
    here = _mapping(body.get("here")) or body
    key = PassKey(str(about["account"]), str(about["uid"])) if about.get("uid") else None
    return Record(
        row,
        str(about.get("holder") or ""),
        str(about.get("template_name") or ""),
        _code(row, body).removesuffix("_PENDING" if fate.sent else ""),
        str(body.get("place") or ""),
        str(here.get("device") or ""),
        str(here.get("raw") or ""),
        body.get("outcome") in (Outcome.ADMIT.value, Outcome.ATTENTION.value),
        key,
        fate,
    )


def why(row: FactRow) -> str:
    """Return the reason that a correction gives: a person's own words, or ours for what ended by itself."""
    given = str(row.body.get("reason") or row.body.get("note") or "")
    return texts.word(f"settled.{given}") if row.body.get("operator") == "system" else given


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _code(row: FactRow, body: Mapping[str, object]) -> str:
    if row.kind is FactKind.CONFLICT:
        return "CONFLICT"
    if row.kind is FactKind.OVERRIDE:
        return "OVERRIDE"
    try:
        outcome, reason = Outcome(str(body.get("outcome"))), Reason(str(body.get("reason")))
        way = Direction(str(body.get("direction") or Direction.ENTRY.value))
        return texts.verdict_code(Verdict(outcome, reason, Grade(str(body.get("grade", "none"))), direction=way))
    except ValueError:
        return "unknown_code"


@dataclass(frozen=True, slots=True)
class Tally:
    """A day in figures."""

    admitted: int = 0
    refused: int = 0
    slots: tuple[tuple[datetime, int], ...] = ()  # arrivals per SLOT, gaps filled with zeros
    reasons: tuple[tuple[str, int], ...] = ()  # codes of refusals, the most frequent first
    doors: tuple[tuple[str, int], ...] = ()  # admissions per place and device
    busiest: tuple[datetime, int] | None = None  # the minute in which most came in
    holders: Mapping[str, int] = field(default_factory=dict)


def tally(rows: Sequence[FactRow], since: datetime, until: datetime, undone: Collection[str] = ()) -> Tally:
    """Return the figures of the scans in a span of time; what was taken back counts for nothing, as at the door."""
    records = [read(row) for row in rows if since <= row.at < until and row.kind in (FactKind.SCAN, FactKind.OVERRIDE)]
    came = [r for r in records if r.came_in and r.row.fact_id not in undone]
    refused = Counter(r.code for r in records if not r.admits)
    slots = Counter(_slot(r.row.at) for r in came)
    minutes = Counter(r.row.at.replace(second=0, microsecond=0) for r in came)
    busiest = max(minutes.items(), key=lambda item: (item[1], -item[0].timestamp()), default=None)
    return Tally(
        len(came),
        sum(refused.values()),
        _filled(slots),
        tuple(refused.most_common()),
        tuple(Counter(" · ".join(t for t in (r.place, r.device) if t) for r in came).most_common()),
        busiest,
    )


def _slot(at: datetime) -> datetime:
    length = int(SLOT.total_seconds())
    return datetime.fromtimestamp(int(at.timestamp()) // length * length, UTC)


def _filled(slots: Mapping[datetime, int]) -> tuple[tuple[datetime, int], ...]:
    if not slots:
        return ()
    at, last = min(slots), max(slots)
    filled: list[tuple[datetime, int]] = []
    while at <= last:
        filled.append((at, slots.get(at, 0)))
        at += SLOT
    return tuple(filled)
