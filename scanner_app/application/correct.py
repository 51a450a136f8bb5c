"""Undo and override: corrections are facts of their own, offline as well."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

from scanner_app.application import claimfacts, claims
from scanner_app.application.control import CorrectionReport, OfficeTask
from scanner_app.application.hub import VenueRecord
from scanner_app.application.ids import new_id
from scanner_app.application.judging import Desk, local_use
from scanner_app.application.ports import FactRow, LedgerTx
from scanner_app.application.reporting import COMPENSATION, plan
from scanner_app.application.roles import Action, permits
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.errors import Trouble
from scanner_app.domain.passes import Pass, PassKey
from scanner_app.domain.place import Place, Policy
from scanner_app.domain.scan import FactKind, Moment, Operation, OperationKind, Scan
from scanner_app.domain.verdict import Grade, Outcome, Reason, Verdict


def undo(desk: Desk, scan_id: str, operator: str, reason: str) -> CorrectionReport:
    """Take an admission back: by staff within the place's limit, later by a supervisor with a reason."""
    row = _row(desk, scan_id)
    trouble = _undo_trouble(desk, row, operator, reason)
    if trouble or row is None:
        return CorrectionReport(trouble)
    fact_id, moment = new_id(), desk.clock.now()
    void = _void(desk, row, moment, reason)

    def work(tx: LedgerTx) -> bool:
        by_hub = void is not None and void.policy == "hub"
        sent = tx.undo(fact_id, scan_id, moment, operator, reason, by_hub=by_hub)
        tx.enqueue([_compensate(op, moment) for op in reversed(sent) if op.kind in COMPENSATION])
        if void is not None:
            claimfacts.keep_record(tx, void, moment)
        return True

    desk.clerk.ledger(work)
    if void is not None and desk.hub is not None:
        desk.hub.tell(void)
    return CorrectionReport(fact_id=fact_id)


def _void(desk: Desk, row: FactRow, moment: Moment, reason: str) -> VenueRecord | None:
    """Return the record that gives the slot of an admission back, None where no hub was asked for one."""
    kept = _row(desk, claimfacts.fact_id(row.fact_id))
    if kept is None:
        return None
    detail = row.body.get("detail")
    by_hub = isinstance(detail, dict) and "hub_slot" in detail
    claim = replace(claimfacts.kept_record(kept), policy="hub" if by_hub else "isolated")
    return claimfacts.void_of(claim, moment, reason or "undo")


def _undo_trouble(desk: Desk, row: FactRow | None, operator: str, reason: str) -> str:
    if row is None:
        return "scan_unknown"
    if row.body.get("outcome") == Outcome.REFUSE.value or _looked(row):
        return "undo_refused_scan"
    if row.fact_id in _taken_back(_history(desk, row)):
        return "undo_done_before"
    place = desk.settings().find_place(str(row.body.get("place")))
    limit = timedelta(seconds=place.undo_seconds if place else 0)
    late = desk.clock.now().trusted - row.at > limit
    chosen = desk.settings().pins
    if late and not (permits(Action.UNDO_LATE, operator, chosen) and reason.strip()):
        return "undo_needs_supervisor"
    return "" if late or permits(Action.UNDO, operator, chosen) else "role_needed"


def _looked(row: FactRow) -> bool:
    """Whether a scan only looked: nobody came in by it. An override is a supervisor's word and has no grade."""
    return row.kind is FactKind.SCAN and row.body.get("grade") == Grade.NONE.value


def _compensate(sent: Operation, moment: Moment) -> Operation:
    kind = COMPENSATION[sent.kind]
    amount = -sent.amount if kind is OperationKind.VALUE else sent.amount
    return replace(sent, kind=kind, amount=amount, extra={**sent.extra, "undone_at": moment.trusted.isoformat()})


def override(desk: Desk, scan_id: str, operator: str, reason: str) -> CorrectionReport:
    """Admit a refused guest on a supervisor's word; needs a reason."""
    row = _row(desk, scan_id)
    if row is None:
        return CorrectionReport("scan_unknown")
    if row.body.get("outcome") != Outcome.REFUSE.value or _overridden(desk, row):
        return CorrectionReport("override_admitted_scan")
    if not reason.strip() or not permits(Action.OVERRIDE, operator, desk.settings().pins):
        return CorrectionReport("override_needs_supervisor")
    place = desk.settings().find_place(str(row.body.get("place"))) or Place(str(row.body.get("place")))
    moment, fact_id = desk.clock.now(), new_id()
    scan = _override_scan(desk, row, fact_id, moment, place, operator, reason)
    operations = plan(scan, place, desk.tenants())
    told = claims.override_of(scan, place) if desk.hub is not None else None

    def work(tx: LedgerTx) -> None:
        tx.record(scan, local_use(scan, place), operations)
        if told is not None:
            claimfacts.keep_record(tx, told, moment)

    desk.clerk.ledger(work)
    if told is not None and desk.hub is not None:
        desk.hub.tell(told)
    return CorrectionReport(fact_id=fact_id)


def _overridden(desk: Desk, row: FactRow) -> bool:
    """Whether this refused guest was let in by an override that still stands. A scan of no known pass cannot tell."""
    told = _history(desk, row)
    undone = _taken_back(told)
    return any(_overrode(fact) == row.fact_id and fact.fact_id not in undone for fact in told)


def _overrode(fact: FactRow) -> object:
    detail = fact.body.get("detail") if fact.kind is FactKind.OVERRIDE else None
    return detail.get("of_scan") if isinstance(detail, Mapping) else None


def _override_scan(
    desk: Desk, row: FactRow, fact_id: str, moment: Moment, place: Place, operator: str, reason: str
) -> Scan:
    verdict = Verdict(
        Outcome.ADMIT,
        Reason.ADMIT,
        Grade.NONE if place.policy is Policy.LOOK_ONLY else Grade.PENDING,
        _subject(desk, row),
        {"override": True, "overrode": str(row.body.get("reason")), "of_scan": row.fact_id},
        records_use=True,
        direction=place.direction,
    )
    credential = Credential(str(row.body.get("raw", "")), Symbology(str(row.body.get("symbology"))))
    device = desk.settings().device
    return Scan(fact_id, moment, device, place.name, credential, verdict, operator, FactKind.OVERRIDE, reason)


def _history(desk: Desk, row: FactRow) -> Sequence[FactRow]:
    """Return all that is told of a scan's pass; nothing where it has none."""
    key = _key(row)
    if key is None:
        return ()
    with closing(desk.clerk.ledger_reader()) as reader:
        return reader.history(key)


def _taken_back(told: Sequence[FactRow]) -> frozenset[object]:
    """Return the ids of the admissions among these that were taken back."""
    return frozenset(fact.body.get("scan_id") for fact in told if fact.kind is FactKind.UNDO)


def _row(desk: Desk, scan_id: str) -> FactRow | None:
    with closing(desk.clerk.ledger_reader()) as reader:
        return reader.scan(scan_id)


def _key(row: FactRow) -> PassKey | None:
    found = row.body.get("pass")
    return PassKey(str(found["account"]), str(found["uid"])) if isinstance(found, dict) else None


def _subject(desk: Desk, row: FactRow) -> Pass | None:
    key = _key(row)
    if key is None:
        return None
    with closing(desk.clerk.cache_reader()) as reader:
        return reader.get(key)


def office(
    desk: Desk,
    key: PassKey,
    task: OfficeTask,
    operator: str,
    value: str,
    ask: Callable[[str, OfficeTask, str, str], None],
) -> CorrectionReport:
    """Have something done to a pass at the help desk, and keep who asked for it.

    Voids and restores go through the outbox like any other report; the rest is asked of the platform at once by `ask`
    (account, task, uid, value), which raises PlatformTrouble or SettingsTrouble.
    """
    if not permits(Action.OFFICE, operator, desk.settings().pins):
        return CorrectionReport("office_needs_supervisor")
    kind = {OfficeTask.VOID: OperationKind.VOID, OfficeTask.RESTORE: OperationKind.RESTORE}.get(task)
    moment, fact_id = desk.clock.now(), new_id()
    try:
        if kind is None:
            ask(key.account, task, key.uid, value)
    except Trouble as trouble:
        return CorrectionReport(trouble.code)
    about = {"account": key.account, "uid": key.uid}
    body = {"task": task.value, "operator": operator, "value": value, "pass": about}

    def work(tx: LedgerTx) -> None:
        tx.add_fact(fact_id, FactKind.OFFICE, moment, body)
        if kind is not None:
            device, tenant = desk.settings().device, desk.tenants().get(key.account, "")
            order = Operation(kind, fact_id, key.account, key.uid, moment.trusted, device=device, tenant=tenant)
            tx.enqueue([order])

    desk.clerk.ledger(work)
    return CorrectionReport(fact_id=fact_id)


def undo_deadline(at: datetime, place: Place) -> datetime:
    """Return until when staff may undo an admission on their own."""
    return at + timedelta(seconds=place.undo_seconds)


def settle(desk: Desk, number: int, operator: str, note: str) -> CorrectionReport:
    """Settle a conflict with a note, on a supervisor's word."""
    if not note.strip():
        return CorrectionReport("settle_needs_note")
    if not permits(Action.SETTLE, operator, desk.settings().pins):
        return CorrectionReport("role_needed")
    with closing(desk.clerk.ledger_reader()) as reader:
        known = number in {row.number for row in reader.conflicts(open_only=True)}
    if not known:
        return CorrectionReport("conflict_unknown")
    fact_id = new_id()
    body = {"conflict": number, "operator": operator, "note": note}
    desk.clerk.ledger(lambda tx: tx.add_fact(fact_id, FactKind.SETTLED, desk.clock.now(), body))
    return CorrectionReport(fact_id=fact_id)
