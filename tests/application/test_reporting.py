"""What a platform is told of a scan."""

from datetime import UTC, datetime
from decimal import Decimal

from scanner_app.application.reporting import plan
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.passes import Direction, Pass
from scanner_app.domain.place import Accepted, Place, Policy
from scanner_app.domain.scan import Moment, Operation, OperationKind, Scan
from scanner_app.domain.verdict import Grade, Outcome, Reason, Verdict

AT = datetime(2026, 6, 1, 18, tzinfo=UTC)
COMMON = {
    "scan_id": "scan-1",
    "account": "acc",
    "uid": "uid-1",
    "at": AT,
    "raw": "4711",
    "device": "kiosk-1",
    "door": "reader-7",
    "place": "North gate",
    "direction": Direction.EXIT,
    "reason": "ADMIT",
    "outcome": "admit",
    "symbology": "AZTEC",
    "tenant": "key-1",
}


def planned(policy, *, spends=False, amount=Decimal(0)):
    there = Accepted("acc", door="reader-7", place="North gate", records=True)
    verdict = Verdict(
        Outcome.ADMIT,
        Reason.ADMIT,
        Grade.PENDING,
        Pass("acc", "passcreator", "uid-1"),
        direction=Direction.EXIT,
        amount=amount,
        spends=spends,
    )
    scan = Scan("scan-1", Moment(AT, 1.0), "kiosk-1", "North", Credential("4711", Symbology.AZTEC), verdict)
    return plan(scan, Place("North", (there,), policy), {"acc": "key-1"})


def test_a_use_that_spends_the_pass_is_told_with_everything_that_is_known_of_it():
    told = COMMON | {"policy": "once", "extra": {"spends": "yes"}}
    assert planned(Policy.ONCE, spends=True) == tuple(
        Operation(kind, **told) for kind in (OperationKind.RECORD, OperationKind.VOID)
    )


def test_what_a_use_takes_off_a_stored_value_is_told_as_less():
    told, amount = COMMON | {"policy": "stored_value"}, Decimal("2.50")
    assert planned(Policy.STORED_VALUE, amount=amount) == (
        Operation(OperationKind.RECORD, **told, amount=amount),
        Operation(OperationKind.VALUE, **told, amount=-amount),
    )
