"""The door's side of many doors: judged here first, made durable, asked of the hub, then recorded for good."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from scanner_app.application.claimfacts import fact_id, keep_claim, keep_uses, void_id
from scanner_app.application.hub import Claim, ClaimAnswer, ClaimEnd, Hub, RecordKind, VenueRecord
from scanner_app.application.judging import Desk, Presentation, judge, local_use, scan_of
from scanner_app.application.ports import LedgerTx
from scanner_app.application.reporting import plan
from scanner_app.application.venue_rule import Alone
from scanner_app.domain.effective import effective
from scanner_app.domain.passes import Direction, Matches, Pass, Source, Use
from scanner_app.domain.place import Place, Policy
from scanner_app.domain.rules import allowance
from scanner_app.domain.scan import Scan
from scanner_app.domain.verdict import Grade, Outcome, Reason, Verdict

CLAIMED = frozenset({Policy.ONCE, Policy.ATTENDANCE, Policy.IN_OUT, Policy.COUNTED})
"""What the venue's hub decides. Stored value stays with its platform, whose balance is the authority."""

ROUNDS = 5
"""How often a claim is made anew when its slot was taken but the pass is still good by all that is known then."""

TAKEN_REASON = {Policy.COUNTED: Reason.NOTHING_LEFT}


@dataclass(frozen=True, slots=True)
class _Asking:
    """What the first transaction decided: a scan that is final, or a claim to be made."""

    scan: Scan
    claim: Claim | None


def claimed(desk: Desk, hub: Hub, shown: Presentation, matches: Matches) -> Scan:
    """Judge, ask the hub where it must be asked, record; returns after the commit of the final scan."""
    asking = desk.clerk.ledger(lambda tx: _begin(tx, desk, shown, matches))
    for _ in range(ROUNDS):
        claim = asking.claim
        if claim is None:
            return asking.scan
        answer = hub.claim(claim, _deadline(desk))
        if answer.end is ClaimEnd.TAKEN and answer.winner is not None and answer.winner.account:
            winner = answer.winner
            asking = desk.clerk.ledger(_again(desk, shown, matches, winner))
            continue
        return _finish(desk, hub, shown, matches, asking, answer)
    if asking.claim is None:  # the last answer refused the guest: that is on disk
        return asking.scan
    return desk.clerk.ledger(lambda tx: _taken(tx, desk, shown, asking.scan, None))


# --- before the hub is asked
def _begin(tx: LedgerTx, desk: Desk, shown: Presentation, matches: Matches) -> _Asking:
    scan = _judged(tx, desk, shown, matches)
    subject = scan.verdict.subject
    if subject is None or not scan.verdict.admits or not scan.verdict.records_use or shown.place.policy not in CLAIMED:
        tx.record(scan, local_use(scan, shown.place), plan(scan, shown.place, desk.tenants()))
        return _Asking(scan, None)
    claim = _claim(tx, desk, shown, scan, subject)
    keep_claim(tx, claim, shown.moment, shown.place)
    return _Asking(scan, claim)


def _judged(tx: LedgerTx, desk: Desk, shown: Presentation, matches: Matches) -> Scan:
    return scan_of(desk, shown, judge(tx, matches, shown.place, shown.credential, shown.moment))


def _claim(tx: LedgerTx, desk: Desk, shown: Presentation, scan: Scan, subject: Pass) -> Claim:
    place, local = shown.place, tx.local_facts(subject.key)
    here = place.names(subject.account)
    today = place.local(shown.moment.trusted).date() if place.policy is Policy.COUNTED and place.per_day else None
    known = [u for u in local.uses if u.place in here and (today is None or place.local(u.at).date() == today)]
    return Claim(
        shown.scan_id,
        subject.key,
        here[0],
        len(known),
        _allowed(place, subject, effective(subject, local)[1], here, shown),
        shown.moment.trusted,
        shown.moment.offset,
        scan.verdict.direction,
        today.isoformat() if today else "",
        serial=place.policy is Policy.IN_OUT,
        detail=_detail(scan, place, desk.tenants()),
    )


def _allowed(place: Place, subject: Pass, uses: Sequence[Use], here: Sequence[str], shown: Presentation) -> int | None:
    """Return how many slots a pass has; uses that only the platform knows of take theirs off."""
    if place.policy is Policy.ATTENDANCE:
        return None
    if place.policy is not Policy.COUNTED:
        return 1
    today = place.local(shown.moment.trusted).date()
    elsewhere = [
        u
        for u in uses
        if u.source is Source.PLATFORM
        and u.place in here
        and u.direction is Direction.ENTRY
        and (not place.per_day or place.local(u.at).date() == today)
    ]
    return max(1, allowance(subject, place) - len(elsewhere))


def _detail(scan: Scan, place: Place, tenants: Mapping[str, str]) -> dict[str, str]:
    """Return what other doors show of this admission, and what whoever has internet tells the platform."""
    detail = {"door": place.name, "device": scan.device}
    operations = plan(scan, place, tenants)
    if operations:
        first = operations[0]
        told = {
            "kinds": ",".join(op.kind.value for op in operations),
            "raw": first.raw,
            "at_door": first.door,
            "at_place": first.place,
            "policy": first.policy,
            "symbology": first.symbology,
            "tenant": first.tenant,
            "spends": first.extra.get("spends", ""),
        }
        detail |= {name: text for name, text in told.items() if text}
    return detail


# --- after the hub answered
def _again(desk: Desk, shown: Presentation, matches: Matches, winner: VenueRecord) -> Callable[[LedgerTx], _Asking]:
    """Take note of who has the slot and judge anew: the rules then say who, where and when by themselves."""

    def work(tx: LedgerTx) -> _Asking:
        keep_uses(tx, [winner])
        scan = _judged(tx, desk, shown, matches)
        subject = scan.verdict.subject
        if subject is None or not scan.verdict.admits:
            tx.record(scan, local_use(scan, shown.place), plan(scan, shown.place, desk.tenants()))
            return _Asking(scan, None)
        return _Asking(scan, _claim(tx, desk, shown, scan, subject))

    return work


def _finish(desk: Desk, hub: Hub, shown: Presentation, matches: Matches, asking: _Asking, answer: ClaimAnswer) -> Scan:
    claim = asking.claim
    if claim is not None and answer.end is ClaimEnd.GRANTED:
        return desk.clerk.ledger(lambda tx: _granted(tx, shown, asking.scan, claim, answer))
    if answer.end is ClaimEnd.TAKEN:
        return desk.clerk.ledger(lambda tx: _taken(tx, desk, shown, asking.scan, answer.winner))
    alone = Alone.REFUSES
    if claim is not None:
        alone = Alone.ADMITS if shown.place.policy is Policy.ATTENDANCE else hub.alone(claim)
    rule = hub.state().rule.value
    return desk.clerk.ledger(lambda tx: _undecided(tx, desk, shown, matches, rule=rule, alone=alone))


def _granted(tx: LedgerTx, shown: Presentation, scan: Scan, claim: Claim, answer: ClaimAnswer) -> Scan:
    """The stream is the platform's outbox now: whoever has internet tells it, this door queues nothing."""
    verdict = scan.verdict
    if tx.has_fact(fact_id(void_id(scan.scan_id))):  # this took so long that the slot was given back
        late = replace(scan, verdict=Verdict(Outcome.REFUSE, Reason.ERROR, subject=verdict.subject))
        tx.record(late, None, ())
        return late
    detail = {**verdict.detail, "hub_slot": answer.slot}
    left = detail.get("entries_left")
    if isinstance(left, int):  # other doors took the slots in between, which had not been heard of when this was judged
        detail["entries_left"] = max(0, left - max(0, answer.slot - claim.known - 1))
    final = replace(scan, verdict=replace(verdict, grade=Grade.CONFIRMED, detail=detail))
    tx.record(final, local_use(final, shown.place), ())
    return final


def _taken(tx: LedgerTx, desk: Desk, shown: Presentation, scan: Scan, winner: VenueRecord | None) -> Scan:
    """A slot held by a record that cannot be read says nothing of who has it; it is taken all the same."""
    place = shown.place
    reason = TAKEN_REASON.get(place.policy, Reason.ALREADY_USED)
    if place.policy is Policy.IN_OUT:
        reason = Reason.ALREADY_INSIDE if place.direction is Direction.ENTRY else Reason.NOT_INSIDE
    detail = {"used_source": "venue", **({"used_device": winner.kiosk} if winner else {})}
    final = replace(scan, verdict=Verdict(Outcome.REFUSE, reason, subject=scan.verdict.subject, detail=detail))
    tx.record(final, None, plan(final, place, desk.tenants()))
    return final


def _undecided(tx: LedgerTx, desk: Desk, shown: Presentation, matches: Matches, *, rule: str, alone: Alone) -> Scan:
    scan = _judged(tx, desk, shown, matches)  # seconds have passed: another door may have been heard of
    verdict = scan.verdict
    if verdict.admits and alone is Alone.ADMITS:
        detail = {**verdict.detail, "isolated": True, "rule": rule}
        scan = replace(scan, verdict=replace(verdict, grade=Grade.PENDING, detail=detail))
    elif verdict.admits:
        why = {} if alone is Alone.REFUSES else {"why": alone.value}
        refusal = Verdict(Outcome.REFUSE, Reason.HUB_UNDECIDED, subject=verdict.subject, detail={"rule": rule, **why})
        scan = replace(scan, verdict=refusal)
    operations = plan(scan, shown.place, desk.tenants())
    if scan.verdict.admits:
        operations = tuple(replace(op, extra={**op.extra, "provisional": "yes"}) for op in operations)
    tx.record(scan, local_use(scan, shown.place), operations)
    return scan


def _deadline(desk: Desk) -> float:
    venue = desk.settings().venue
    return venue.deadline if venue else 0.0


# --- beyond the slots
def override_of(scan: Scan, place: Place) -> VenueRecord | None:
    """Return the record of an admission on a supervisor's word, None where no pass is known."""
    key = scan.key
    if key is None or place.policy not in CLAIMED:
        return None
    detail = {"door": place.name, "device": scan.device, "overrode": str(scan.verdict.detail.get("overrode", ""))}
    return VenueRecord(
        RecordKind.OVERRIDE,
        scan.scan_id,
        "",
        place.platform_place(key.account),
        key.account,
        key.uid,
        0,
        scan.moment.trusted,
        scan.verdict.direction,
        scan.moment.offset,
        policy="override",
        detail=detail,
    )
