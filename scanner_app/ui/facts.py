"""What a verdict has to tell, as labelled facts in the order people ask for them. Needs no Qt."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from scanner_app.domain.boarding_pass import Fault
from scanner_app.domain.passes import Pass
from scanner_app.domain.verdict import Detail, Reason, Verdict
from scanner_app.ui import moments, texts


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: our label, somebody else's value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Telling:
    """Where and when a verdict is told: the place's zone and the moment of telling."""

    now: datetime
    zone: str = ""
    details: Sequence[str] = ("holder", "ticket", "seat", "entries_left", "notes")


LONG = 14
"""Letters of a word that fit in a line of large text."""
_BREAKS = re.compile(r"\s|-(?=\D)")  # where a line may break (Unicode UAX 14: not between a hyphen and a digit)


def breaks(value: str) -> bool:
    """Return whether a value can stand on several lines: a word that does not fit is shortened, not broken."""
    return max(map(len, _BREAKS.split(value))) <= LONG


_TIMES = ("used_at", "valid_from", "expired_at", "opens_at", "closed_at")
_WHY = (
    "used_at", "used_place", "used_device", "direction", "valid_from", "expired_at", "places", "opens_at",
    "closed_at", "template", "balance", "amount", "entries", "count", "choices", "why", "flight", "shown_flight",
    "date", "airport", "asked", "part", "rule",
)  # fmt: skip
_CODED = {"direction": "direction", "rule": "venue.rule"}
_DAMAGED = {fault.value for fault in Fault} - {Fault.NOT_BCBP.value}
_ALONE = {"direction": Reason.NOT_INSIDE}  # told with this reason only


def refusal_facts(verdict: Verdict, telling: Telling) -> list[Fact]:
    """Return why, when, where and by which kiosk."""
    found = []
    for key in _WHY:
        value = verdict.detail.get(key)
        if value in (None, "", []) or _ALONE.get(key, verdict.reason) is not verdict.reason:
            continue
        if key == "part" and value == 0:
            continue  # that it is a part is the reason itself
        if key == "choices" and isinstance(value, list):
            found += [Fact("" if n else texts.word("fact.choices"), each) for n, each in enumerate(value)]
            continue
        shown = _why(verdict) if key == "why" else _value(key, value, telling)
        shown = f"{value} / {verdict.detail.get('parts')}" if key == "part" else shown
        found.append(Fact(texts.word(f"fact.{key}"), shown))
    if verdict.detail.get("used_at") and not verdict.detail.get("used_device"):
        source = texts.word(f"fact.source.{verdict.detail.get('used_source', 'platform')}")
        found.insert(min(2, len(found)), Fact(texts.word("fact.used_device"), source))
    found[3:3] = person_facts(verdict, telling)
    return found


def person_facts(verdict: Verdict, telling: Telling) -> list[Fact]:
    """Return what staff should know of other passes that this person has: one was let in, one is newer, or both lie."""
    told, count = verdict.detail, verdict.detail.get("others")
    if "reissued_pass" in told:
        return [Fact(texts.word("fact.reissued"), _replaced(told, telling))]
    if not isinstance(count, int):
        return []
    values = {"count": texts.number(count + 1), "code": str(told.get("other_pass", ""))}
    for key in ("other_admitted_at", "other_issued"):
        if moment := moments.parse(told.get(key)):
            at = moments.when(moment, telling.now, telling.zone)
            return [Fact(texts.word("fact.person"), texts.word(f"person.{key}", at=at, **values))]
    return [Fact(texts.word("fact.person"), texts.word("person.others", **values))]


def _replaced(told: Mapping[str, Detail], telling: Telling) -> str:
    moment = moments.parse(told.get("reissued_at"))
    at = moments.when(moment, telling.now, telling.zone) if moment else ""
    return " · ".join(filter(None, [str(told["reissued_pass"]), at]))


def _value(key: str, value: Detail, telling: Telling) -> str:
    if key in _TIMES and (moment := moments.parse(value)):
        at = moments.when(moment, telling.now, telling.zone)
        since = (telling.now - moment).total_seconds()
        return f"{at} · {moments.ago(since)}" if 0 <= since < 86400 else at
    if isinstance(value, list):
        return ", ".join(value)
    if key == "date" and (moment := moments.parse(value)):
        return moments.day(moment, "UTC")
    if key in _CODED:
        return texts.word(f"{_CODED[key]}.{value}")
    return str(value)


def _why(verdict: Verdict) -> str:
    """What is wrong with a boarding pass, or with what a door may do alone."""
    code = str(verdict.detail["why"])
    if verdict.reason is not Reason.WRONG_FLIGHT:
        return texts.word(f"venue.why.{code}")
    return texts.word(f"flight.why.{'damaged' if code in _DAMAGED else code}")


def _ticket(subject: Pass, _verdict: Verdict) -> str:
    return _field(subject, "ticket") or subject.template_name or subject.template


def _field(subject: Pass, name: str) -> str:
    folded = name.casefold()
    return next((v for k, v in subject.fields.items() if k.casefold() == folded), "")


def _entries_left(_subject: Pass, verdict: Verdict) -> str:
    left = verdict.detail.get("entries_left")
    return texts.number(left) if isinstance(left, int) else ""


def _seat(subject: Pass, verdict: Verdict) -> str:
    return str(verdict.detail.get("seat") or _field(subject, "seat") or _field(subject, "seatNumber"))


def _flight_notes(_subject: Pass, verdict: Verdict) -> str:
    notes = verdict.detail.get("flight_notes")
    return ", ".join(texts.word(f"flight.{note}") for note in notes) if isinstance(notes, list) else ""


_TOLD = ("flight_notes", "group", "seat", "sequence", "balance")
"""What an admission tells by itself, whatever details were chosen."""
_DETAILS: dict[str, Callable[[Pass, Verdict], str]] = {
    "holder": lambda subject, _: subject.holder,
    "ticket": _ticket,
    "entries_left": _entries_left,
    "balance": lambda _, verdict: str(verdict.detail.get("balance", "")),
    "notes": lambda subject, _: subject.notes,
    "seat": _seat,
    "group": lambda _, verdict: str(verdict.detail.get("group", "")),
    "sequence": lambda _, verdict: str(verdict.detail.get("sequence", "")),
    "flight_notes": _flight_notes,
}


def guest_facts(verdict: Verdict, telling: Telling) -> list[Fact]:
    """Return the details of guest and ticket that the administrator chose, in that order; name and ticket left out."""
    subject = verdict.subject
    if subject is None:
        return []
    wanted = [*(name for name in _TOLD if name in verdict.detail and verdict.admits), *telling.details]
    shown = dict.fromkeys(name for name in wanted if name not in ("holder", "ticket"))
    made = [(name, detail(name, subject, verdict)) for name in shown]
    told = person_facts(verdict, telling) if verdict.admits else []
    return told + [Fact(label(name), value) for name, value in made if value]


def detail(name: str, subject: Pass, verdict: Verdict) -> str:
    """Return one detail by its name: one of ours, or a field of the pass."""
    known = _DETAILS.get(name)
    return known(subject, verdict) if known else _field(subject, name)


def label(name: str) -> str:
    """Return our word for a field of a pass where we have one, else its own."""
    key = f"fact.{name.casefold()}"
    found = texts.word(key)
    return name if found == key else found


def holder(verdict: Verdict) -> str:
    """Return the guest's name, '' when no pass was found."""
    return verdict.subject.holder if verdict.subject else ""


def nobody(told: Mapping[str, object]) -> str:
    """Return who a scan was about when it found no one pass: the names of the several it found, else nobody known."""
    holders = told.get("holders")
    if not isinstance(holders, list):
        return texts.word("door.nobody")
    return " / ".join(dict.fromkeys(filter(None, map(str, holders)))) or texts.word("door.several")


def ticket(verdict: Verdict) -> str:
    """Return the kind of ticket, '' when no pass was found."""
    return _ticket(verdict.subject, verdict) if verdict.subject else ""
