"""Conflicts: admissions that a platform did not accept, or that another door made as well. Which facts they ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scanner_app.application.ports import Answer
from scanner_app.domain.scan import FactKind, OperationKind, OperationState
from scanner_app.storage.compact import loads
from scanner_app.storage.connection import Connection, Row
from scanner_app.storage.factcodec import SELECT

Asked = tuple[str, FactKind, dict[str, Any]]
"""A fact to be added: its id, its kind, its body."""

ADMITTED = ("admit", "attention")
HERE = ("scan_id", "at", "device", "place", "operator", "outcome", "raw")

SYSTEM = "system"
"""The operator of what nobody decided: a conflict that ended by itself."""
ACCEPTED_LATER, CONTESTED_LATER = "accepted_later", "contested_later"


def after_delivery(
    db: Connection, row: Row, state: OperationState, answer: str, facts: Mapping[str, str]
) -> Sequence[Asked]:
    """Return what the end of a delivery asks for. `row` is the outbox row as it was before."""
    was, kind = OperationState(row[6]), row[4]
    lost = state in (OperationState.REFUSED, OperationState.CONTESTED)
    late = was is OperationState.CANCELLED and state is OperationState.SENT
    refusal = _name(row)
    if state is OperationState.SENT and not late:
        return _ended(db, row, refusal, ACCEPTED_LATER)
    # A record that a platform cannot delete is nobody's conflict: what it stood for was taken back otherwise.
    if not (lost or late) or (lost and kind == OperationKind.UNRECORD.value):
        return ()
    ended = "sent_although_undone" if late else state.value
    known = _state_of(db, refusal)
    if known == ended or (state is OperationState.CONTESTED and facts and dict(facts) in _there(db, row)):
        return ()  # the same end told twice, or the same of this admission by another of its reports
    before = _ended(db, row, refusal, CONTESTED_LATER)
    asked = [*before, *_conflict(db, row, refusal if not known else f"{refusal}:{ended}")]
    return [(name, kind, {**body, **_end(kind, ended, answer, facts)}) for name, kind, body in asked]


def come_to_light(db: Connection, row: Row, answer: Answer) -> Sequence[Asked]:
    """Return the conflict of an admission that the platform has, with another door's that is told there only now."""
    facts = answer.facts
    name = ":".join((row[3], "other", facts.get("used_device", ""), facts.get("used_at", "")))
    if _state_of(db, name) or _told_before(db, row, facts):
        return ()
    end = _end(FactKind.CONFLICT, OperationState.CONTESTED.value, answer.detail, facts)
    return [(name, kind, {**body, **end}) for name, kind, body in _conflict(db, row, name)]


def _name(row: Row) -> str:
    return f"{row[3]}:{row[4]}:{row[0]}"


def _end(kind: FactKind, state: str, answer: str, facts: Mapping[str, str]) -> dict[str, Any]:
    return {"state": state, "answer": answer, "there": dict(facts)} if kind is FactKind.CONFLICT else {}


def _conflict(db: Connection, row: Row, name: str) -> Sequence[Asked]:
    """Return our side of a conflict, nothing where it is about no admission."""
    scan = db.execute(SELECT["facts"] + " WHERE id = ?", (row[3],)).fetchone()
    if scan is None or scan[7] not in ADMITTED:
        return ()
    body = loads(scan[9]) if scan[9] else {}
    here = {key: body.get(key) for key in HERE}
    about = {"scan_id": row[3], "operation": row[4], "place": scan[4], "pass": body.get("pass"), "here": here}
    return [(name, FactKind.CONFLICT, about)]


def _ended(db: Connection, row: Row, name: str, note: str) -> Sequence[Asked]:
    """Close the conflict of a refusal whose item came to another end when it was tried again; both facts stay."""
    found = db.execute("SELECT 1 FROM conflicts WHERE id = ? AND settled_by IS NULL", (name,)).fetchone()
    if found is None:
        return ()
    about = {"account": row[1], "uid": row[2]}
    body = {"conflict": name, "operator": SYSTEM, "note": note, "pass": about}
    return [(f"{name}:settled", FactKind.SETTLED, body)]


def _state_of(db: Connection, name: str) -> str:
    """Return how a conflict of this name ended its item, '' if there is none."""
    row = db.execute("SELECT body FROM facts WHERE id = ?", (name,)).fetchone()
    return str((loads(row[0]) if row[0] else {}).get("state") or "purged") if row else ""


def _told_before(db: Connection, row: Row, facts: Mapping[str, str]) -> bool:
    """Whether a pass's facts hold this conflict already, or the undo of the admission that it would be about."""
    where = " WHERE account = ? AND uid = ? AND uid != '' AND kind IN ('conflict', 'undo') AND body != ''"
    mine = _about(db, row, where)
    return any(body["kind"] == FactKind.UNDO.value or body.get("there") == dict(facts) for body in mine)


def _there(db: Connection, row: Row) -> list[dict[str, str]]:
    """Return what the open conflicts of an admission tell of the other side."""
    where = """ WHERE account = ? AND uid = ? AND uid != '' AND kind = 'conflict' AND body != ''
        AND id IN (SELECT id FROM conflicts WHERE settled_by IS NULL)"""
    return [body.get("there") or {} for body in _about(db, row, where)]


def _about(db: Connection, row: Row, where: str) -> list[dict[str, Any]]:
    bodies = [loads(fact[9]) for fact in db.execute(SELECT["facts"] + where, (row[1], row[2]))]
    return [body for body in bodies if body.get("scan_id") == row[3]]
