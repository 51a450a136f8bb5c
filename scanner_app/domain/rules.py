"""The only judge: `decide()`. Pure; used by the window, the gate, the hub, replay and the tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from scanner_app.domain.boarding_check import boarding_text, flies_on, flight_details, flight_refusal
from scanner_app.domain.credential import Credential
from scanner_app.domain.passes import Direction, Matches, Pass, Use, by_time
from scanner_app.domain.person import tails, told
from scanner_app.domain.place import Place, Policy, where
from scanner_app.domain.values import value
from scanner_app.domain.verdict import Detail, Grade, Outcome, Reason, Verdict

NOTHING = Decimal(0)


@value(frozen=True, slots=True)
class Case:
    """Everything one decision looks at. `uses` are those of the one pass, local and platform, undone ones left out."""

    subject: Pass
    uses: tuple[Use, ...]
    place: Place
    presented: Credential
    now: datetime

    @property
    def here(self) -> str:
        """The platform's name of this place."""
        return self.place.platform_place(self.subject.account)

    @property
    def uses_here(self) -> list[Use]:
        """Uses at this place, oldest first."""
        names = self.place.names(self.subject.account)
        return sorted([u for u in self.uses if u.place in names], key=by_time)

    @property
    def expired(self) -> bool:
        """Whether the pass's time is over."""
        return self.subject.expires is not None and self.subject.expires <= self.now


def allowance(subject: Pass, place: Place) -> int:
    """Return how many entries a `counted` place allows a pass: what the pass says, else the place."""
    return subject.entries_allowed if subject.entries_allowed is not None else place.entries


Refusal = tuple[Reason, dict[str, Detail]]
Check = Callable[[Case], Refusal | None]


def decide(matches: Matches, uses: Sequence[Use], place: Place, presented: Credential, now: datetime) -> Verdict:
    """Return the verdict on one presentation: the first failing check of rules.md, else ADMIT. `now` is aware UTC."""
    if not presented.candidates:
        part = presented.part
        return _refuse(Reason.UNREADABLE, {"part": part[0], "parts": part[1]} if part else {})
    living = matches.living
    if not living:
        reason = Reason.UNKNOWN if matches.complete else Reason.NOT_LOADED
        return _refuse(reason, {"asked": list(matches.asked)})
    if len(living) > 1:
        return _ambiguous(living)
    case = Case(living[0], tuple(uses), place, presented, now)
    for check in CHECKS[place.policy]:
        refusal = check(case)
        if refusal:
            reason, detail = refusal
            return replace(_refuse(reason, {**detail, **_others(case, matches)}), subject=case.subject)
    return _admit(case, matches)


def _others(case: Case, matches: Matches) -> dict[str, Detail]:
    return told(case.subject, matches.kin, case.place, case.now) if matches.kin else {}


def _ambiguous(living: Sequence[Pass]) -> Verdict:
    """Name what tells the passes apart: one person may have several."""
    first = living[:5]
    whose = _whose(living)
    named = [
        (p.holder, p.template_name or p.template, name, end)
        for p, name, end in zip(first, whose, tails(first), strict=False)
    ]
    choices = [" · ".join(filter(None, names)) for names in named]
    detail: dict[str, Detail] = {"count": len(living), "holders": [p.holder for p in first], "choices": choices}
    return _refuse(Reason.AMBIGUOUS, detail)


def _whose(living: Sequence[Pass]) -> list[str]:
    """Return whose each pass is, where several accounts know the code: the platform if that tells them apart."""
    accounts = {p.account for p in living}
    if len(accounts) == 1:
        return [""] * len(living)
    platforms = len({p.platform for p in living}) == len(accounts)
    return [p.platform if platforms else p.account for p in living]


def _refuse(reason: Reason, detail: dict[str, Detail] | None = None) -> Verdict:
    return Verdict(Outcome.REFUSE, reason, detail=detail or {})


def _nullified(case: Case) -> Refusal | None:
    return (Reason.NULLIFIED, {}) if case.subject.nullified else None


def _wrong_event(case: Case) -> Refusal | None:
    accepted = case.place.accepted(case.subject.account)
    if accepted and (not accepted.templates or case.subject.template in accepted.templates):
        return None
    return Reason.WRONG_EVENT, {"template": case.subject.template_name or case.subject.template}


def _voided(case: Case) -> Refusal | None:
    organiser = case.subject.voided and not case.subject.redeemed and not case.uses and not case.expired
    return (Reason.VOIDED, {}) if organiser else None


def _not_yet_valid(case: Case) -> Refusal | None:
    start = case.subject.valid_from
    return (Reason.NOT_YET_VALID, {"valid_from": start.isoformat()}) if start and start > case.now else None


def _expired(case: Case) -> Refusal | None:
    end = case.subject.expires
    return (Reason.EXPIRED, {"expired_at": end.isoformat()}) if end and case.expired else None


def _wrong_place(case: Case) -> Refusal | None:
    allowed = case.subject.eligible_places
    return (Reason.WRONG_PLACE, {"places": list(allowed)}) if allowed and case.here not in allowed else None


def _outside_hours(case: Case) -> Refusal | None:
    place = case.place
    if place.opens_at and case.now < place.opens_at:
        return Reason.OUTSIDE_HOURS, {"opens_at": place.opens_at.isoformat()}
    if place.closes_at and case.now >= place.closes_at:
        return Reason.OUTSIDE_HOURS, {"closed_at": place.closes_at.isoformat()}
    if not place.hours:
        return None
    local = place.local(case.now)
    if any(h.covers(local) for h in place.hours):
        return None
    openings = [o for h in place.hours if (o := h.next_opening(local))]
    return Reason.OUTSIDE_HOURS, {"opens_at": min(openings).isoformat()} if openings else {}


def _wrong_flight(case: Case) -> Refusal | None:
    if case.place.flight is None:
        return None
    detail = flight_refusal(boarding_text(case.presented, case.subject), case.place.flight)
    return (Reason.WRONG_FLIGHT, dict(detail)) if detail else None


def _once(case: Case) -> Refusal | None:
    if not case.uses:  # nearly every guest
        return (Reason.ALREADY_USED, {}) if case.subject.redeemed else None
    entries = [u for u in case.uses_here if u.direction is Direction.ENTRY]
    if entries:
        return Reason.ALREADY_USED, _use_detail(case, entries[0], len(entries))
    if case.subject.redeemed:
        return Reason.ALREADY_USED, _use_detail(case, max(case.uses, key=by_time), len(case.uses))
    return None


def _never(_case: Case) -> Refusal | None:
    return None


def _in_out(case: Case) -> Refusal | None:
    last = case.uses_here[-1] if case.uses_here else None
    inside = last is not None and last.direction is Direction.ENTRY
    detail = _use_detail(case, last, len(case.uses_here)) if last else {}
    if case.place.direction is Direction.ENTRY:
        return (Reason.ALREADY_INSIDE, detail) if inside else None
    if inside:
        return None
    moved = last or max(case.uses, key=by_time, default=None)  # not in here: it may be the wrong door to leave by
    return Reason.NOT_INSIDE, _use_detail(case, moved, len(case.uses_here)) if moved else {}


def _counted(case: Case) -> Refusal | None:
    spent, allowed = _counted_uses(case), allowance(case.subject, case.place)
    if len(spent) < allowed:
        return None
    return Reason.NOTHING_LEFT, {
        **_use_detail(case, spent[-1], len(spent)),
        "entries": allowed,
        "entries_left": 0,
    }


def _stored_value(case: Case) -> Refusal | None:
    balance = case.subject.stored_value or NOTHING
    short = balance < case.place.amount
    return (Reason.NOTHING_LEFT, {"balance": str(balance), "amount": str(case.place.amount)}) if short else None


def _counted_uses(case: Case) -> list[Use]:
    entries = [u for u in case.uses_here if u.direction is Direction.ENTRY]
    if not case.place.per_day:
        return entries
    today = case.place.local(case.now).date()
    return [u for u in entries if case.place.local(u.at).date() == today]


def _use_detail(case: Case, use: Use, count: int) -> dict[str, Detail]:
    return {
        "used_at": use.at.isoformat(),
        "used_place": where(use, case.subject.account, (case.place,)),
        "used_device": use.device,
        "used_source": use.source.value,
        "direction": use.direction.value,
        "uses": count,
    }


OF_ANY_PLACE: tuple[Check, ...] = (
    _nullified,
    _wrong_event,
    _voided,
    _not_yet_valid,
    _expired,
    _wrong_place,
    _outside_hours,
    _wrong_flight,
)

POLICIES: dict[Policy, Check] = {
    Policy.ONCE: _once,
    Policy.ATTENDANCE: _never,
    Policy.IN_OUT: _in_out,
    Policy.COUNTED: _counted,
    Policy.STORED_VALUE: _stored_value,
    Policy.LOOK_ONLY: _once,
}

CHECKS = {policy: (*OF_ANY_PLACE, last) for policy, last in POLICIES.items()}
"""Rows 4 to 13 of rules.md, in its order."""


def _admit(case: Case, matches: Matches) -> Verdict:
    looks = case.place.policy is Policy.LOOK_ONLY
    grade = Grade.NONE if looks else Grade.CONFIRMED if matches.confirmed else Grade.PENDING
    stale = case.place.cache_limit is not None and grade is Grade.PENDING and _stale(case.place.cache_limit, matches)
    detail = {**_admit_detail(case), **_others(case, matches)}
    if stale:
        detail["cache_age"] = round(matches.cache_age or 0)
    return Verdict(
        Outcome.ATTENTION if stale else Outcome.ADMIT,
        Reason.ADMIT,
        grade,
        case.subject,
        detail,
        records_use=not looks,
        direction=case.place.direction,
        amount=case.place.amount if case.place.policy is Policy.STORED_VALUE else NOTHING,
        spends=_spends(case),
    )


def _stale(limit: float, matches: Matches) -> bool:
    return matches.cache_age is None or matches.cache_age > limit


def _admit_detail(case: Case) -> dict[str, Detail]:
    detail: dict[str, Detail] = {"pass_shown": case.presented.symbology.shows_pass}
    if case.place.flight is not None:
        shown = boarding_text(case.presented, case.subject)
        detail |= flight_details(shown, case.place.flight, case.subject.fields)
    left = LEFT.get(case.place.policy)
    return {**detail, **left(case)} if left else detail


def _entries_left(case: Case) -> dict[str, Detail]:
    return {"entries_left": allowance(case.subject, case.place) - len(_counted_uses(case)) - 1}


def _balance(case: Case) -> dict[str, Detail]:
    return {"balance": str((case.subject.stored_value or NOTHING) - case.place.amount)}


LEFT: dict[Policy, Callable[[Case], dict[str, Detail]]] = {
    Policy.COUNTED: _entries_left,
    Policy.STORED_VALUE: _balance,
}
"""What an admission leaves of a pass, under the policies that count."""


def _spends(case: Case) -> bool:
    """`once` spends the pass when no other eligible place is left unused, nor another flight; no other policy does."""
    if case.place.policy is not Policy.ONCE:
        return False
    if case.place.flight and flies_on(boarding_text(case.presented, case.subject), case.place.flight):
        return False
    eligible = case.subject.eligible_places
    return not eligible or {case.here, *[u.place for u in case.uses]}.issuperset(eligible)
