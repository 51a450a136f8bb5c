"""Records of the venue in this kiosk's own ledger: other doors' uses, and conflicts for people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from scanner_app.application.claimfacts import keep_uses, take_back
from scanner_app.application.hub import RecordKind, VenueRecord
from scanner_app.application.ports import Clerk, LedgerTx, Priority, other_was
from scanner_app.domain.scan import FactKind, Moment


class LedgerCopy:
    """Writes what other kiosks did. What this kiosk did itself is in the ledger already."""

    def __init__(self, clerk: Clerk, kiosk: str) -> None:
        self._clerk, self._kiosk = clerk, kiosk

    def keep(self, records: Sequence[VenueRecord]) -> None:
        """Keep genuine records, or such as refuse until they were looked at, in one transaction."""
        concern = [r for r in records if self._concerns(r)]
        if concern:
            self._clerk.ledger(lambda tx: self._apply(tx, concern), Priority.OUTBOX)

    def take_back(self, record: VenueRecord) -> None:
        """Let a record that was kept before it was looked at count for nothing."""
        if record.kiosk != self._kiosk:
            self._clerk.ledger(lambda tx: take_back(tx, record), Priority.OUTBOX)

    def holds(self, record: VenueRecord) -> bool:
        """Return whether the ledger has another kiosk's use: a ledger that was rebuilt has not."""
        reader = self._clerk.ledger_reader()
        try:
            return any(use.scan_id == record.claim_id for use in reader.local_facts(record.key).uses)
        finally:
            reader.close()

    def _concerns(self, record: VenueRecord) -> bool:
        return record.kiosk != self._kiosk or record.kind is RecordKind.OVER_ADMISSION

    def _apply(self, tx: LedgerTx, records: Sequence[VenueRecord]) -> None:
        keep_uses(tx, [record for record in records if record.kiosk != self._kiosk])
        for record in records:
            if record.kind is RecordKind.OVER_ADMISSION and not tx.has_fact(record.claim_id):
                tx.add_fact(record.claim_id, FactKind.CONFLICT, Moment(record.at, 0.0), _conflict(record))


def _conflict(record: VenueRecord) -> dict[str, object]:
    """Both sides of an over-admission, as the list of conflicts shows them."""
    detail = record.detail
    door = detail.get("door", record.place)
    return {
        "scan_id": record.other,
        "operation": "claim",
        "state": "over_admission",
        "answer": _order(detail.get("winner_at", ""), record.at),
        "place": door,
        "pass": {"account": record.account, "uid": record.uid, "holder": ""},
        "here": {
            "scan_id": record.other,
            "at": record.at.isoformat(),
            "device": detail.get("device", record.kiosk),
            "place": door,
            "outcome": "admit",
            "kiosk": record.kiosk,
            "raw": detail.get("raw", ""),
        },
        "there": {name.removeprefix("winner_"): text for name, text in detail.items() if name.startswith("winner_")},
    }


def _order(winner_at: str, ours: datetime) -> str:
    try:
        return other_was(datetime.fromisoformat(winner_at), ours)
    except (ValueError, TypeError):  # another kiosk's text, which names no time
        return "used_elsewhere"
