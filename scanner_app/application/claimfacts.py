"""What the ledger keeps for the venue's hub, and what a record of the venue stands for here and at the platform."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from scanner_app.application.hub import Claim, RecordKind, VenueRecord
from scanner_app.application.hubrecord import SCOPE, as_json, from_json
from scanner_app.application.ports import FactRow, LedgerTx
from scanner_app.domain.place import Place
from scanner_app.domain.scan import FactKind, LocalUse, Moment, Operation, OperationKind
from scanner_app.domain.verdict import Outcome, Reason


def fact_id(claim_id: str) -> str:
    """Return the id of the fact that keeps a record for the hub; the scan itself has the claim's own id."""
    return f"{claim_id}:venue"


def keep_record(tx: LedgerTx, record: VenueRecord, moment: Moment, **more: object) -> None:
    """Keep, once, what the hub is to be told, in the transaction of what happened."""
    which = fact_id(record.claim_id)
    if not tx.has_fact(which):
        body = {
            "record": as_json(record),
            "place": record.detail.get("door", record.place),
            "pass": {"account": record.account, "uid": record.uid},
            **more,
        }
        tx.add_fact(which, FactKind.CLAIM, moment, body)


def keep_claim(tx: LedgerTx, claim: Claim, moment: Moment, place: Place) -> None:
    """Keep a claim before the hub is asked for it."""
    detail = {**claim.detail, **({SCOPE: claim.scope} if claim.scope else {}), "door": place.name}
    record = VenueRecord(
        RecordKind.CLAIM,
        claim.claim_id,
        "",
        claim.place,
        claim.key.account,
        claim.key.uid,
        0,
        claim.at,
        claim.direction,
        claim.offset,
        detail=detail,
    )
    keep_record(tx, record, moment, known=claim.known, allowed=claim.allowed, serial=claim.serial)


def kept_record(fact: FactRow) -> VenueRecord:
    """Return the record that a CLAIM fact keeps. Raises BadRecord."""
    return from_json(fact.body.get("record"))


def kept_claim(fact: FactRow) -> Claim:
    """Return the claim that a CLAIM fact keeps. Raises BadRecord."""
    record = kept_record(fact)
    known, allowed = fact.body.get("known"), fact.body.get("allowed")
    detail = {name: text for name, text in record.detail.items() if name != SCOPE}
    return Claim(
        record.claim_id,
        record.key,
        record.place,
        known if isinstance(known, int) else 0,
        allowed if isinstance(allowed, int) else None,
        record.at,
        record.offset,
        record.direction,
        record.detail.get(SCOPE, ""),
        serial=bool(fact.body.get("serial")),
        detail=detail,
    )


def keep_uses(tx: LedgerTx, records: Iterable[VenueRecord]) -> None:
    """Keep other doors' admissions, or that they were taken back, as local uses of the venue."""
    tx.venue_uses([(record.key, record.detail.get("door", record.place), _use(record)) for record in records])


def take_back(tx: LedgerTx, record: VenueRecord) -> None:
    """Mark an admission as never made: its record turned out not to be its kiosk's."""
    use = replace(_use(record), undone=True)
    tx.venue_uses([(record.key, record.detail.get("door", record.place), use)])


def _use(record: VenueRecord) -> LocalUse:
    undone = record.kind is RecordKind.VOID
    scan_id = record.other if undone or record.kind is RecordKind.OVER_ADMISSION else record.claim_id
    device = record.detail.get("device") or record.kiosk
    use = LocalUse(scan_id, record.place, record.at, record.direction, device=device, undone=undone, venue=True)
    return replace(use, returned_at=_returned(record)) if undone else use


def _returned(record: VenueRecord) -> datetime | None:
    """Return when a slot that the hub granted was given back; None for one taken alone, or where no time is told."""
    try:
        at = datetime.fromisoformat(record.detail.get("undone_at", "")) if record.policy == "hub" else None
    except ValueError:
        return None
    return at if at and at.tzinfo else None


def void_id(claim_id: str) -> str:
    """Return the id of the record that gives a claim's slot back."""
    return f"{claim_id}-void"


def void_of(claim: VenueRecord, moment: Moment, why: str) -> VenueRecord:
    """Return the record that gives a claim's slot back. Its id follows from the claim's: a slot is given back once."""
    detail = {**claim.detail, "why": why, "undone_at": moment.trusted.isoformat()}
    return replace(
        claim,
        kind=RecordKind.VOID,
        claim_id=void_id(claim.claim_id),
        other=claim.claim_id,
        detail=detail,
        slot=0,
        sequence=0,
        signature="",
    )


def operations_of(record: VenueRecord) -> tuple[Operation, ...]:
    """Return what the platform is to be told of a record, as the door that made it planned it."""
    detail = record.detail
    kinds = [kind for kind in detail.get("kinds", "").split(",") if kind]
    return tuple(
        Operation(
            OperationKind(kind),
            record.other or record.claim_id,
            record.account,
            record.uid,
            record.at,
            raw=detail.get("raw", ""),
            device=detail.get("device", ""),
            door=detail.get("at_door", ""),
            place=detail.get("at_place", ""),
            direction=record.direction,
            reason=Reason.ADMIT.value,
            outcome=Outcome.ADMIT.value,
            policy=detail.get("policy", ""),
            symbology=detail.get("symbology", ""),
            amount=Decimal(0),
            tenant=detail.get("tenant", ""),
            extra={"spends": "yes"} if detail.get("spends") else {},
        )
        for kind in kinds
    )
