"""What of an operation has no column, as the outbox keeps it."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from scanner_app.domain.passes import Direction
from scanner_app.domain.scan import Operation, OperationKind
from scanner_app.storage.factcodec import operation_body, without_column

AT = datetime(2026, 6, 1, 18, tzinfo=UTC)
ALIKE = '"device":"door-1","place":"Main","outcome":"admit"'
OWN = '"raw":"4711","direction":"exit","amount":"2.50","extra":{"spends":"yes"}'


def body(**told):
    return operation_body(without_column(Operation(OperationKind.RECORD, "s", "a", "u", AT, **told)))


@pytest.mark.parametrize("own", [False, True], ids=["no-guest", "guest"])
@pytest.mark.parametrize("alike", [False, True], ids=["no-door", "door"])
def test_what_the_door_says_of_everybody_and_what_is_the_guests_own_make_one_object(alike, own):
    door = {"device": "door-1", "place": "Main", "outcome": "admit"} if alike else {}
    guest = (
        {"raw": "4711", "direction": Direction.EXIT, "amount": Decimal("2.50"), "extra": {"spends": "yes"}}
        if own
        else {}
    )
    assert body(**door, **guest) == "{" + ",".join(part for part, told in ((ALIKE, alike), (OWN, own)) if told) + "}"


def test_the_next_guest_is_told_as_himself():
    texts = [body(device="door-1", raw=code) for code in ("1", "2")]
    assert texts == ['{"device":"door-1","raw":"1"}', '{"device":"door-1","raw":"2"}']
