"""Of two doors that admitted the same pass each is told what is true: who was first, or that it cannot be told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scanner_app.application.ports import used_elsewhere
from scanner_app.domain.passes import Direction, Use
from scanner_app.domain.scan import Operation, OperationKind

SECOND = datetime(2026, 6, 1, 18, 0, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ours", "theirs", "told"),
    [
        (0.9, 0.0, "used_together"),  # whole seconds: theirs may have been at 0.1 or at 0.95
        (0.0, 0.0, "used_together"),
        (0.9, 1.0, "used_later"),
        (0.9, -1.0, "used_elsewhere"),
        (0.9, 0.25, "used_elsewhere"),  # parts of seconds are kept: it can be told
        (0.1, 0.25, "used_later"),
    ],
)
def test_within_one_second_nobody_is_called_the_first(ours, theirs, told):
    at = SECOND + timedelta(seconds=ours)
    operation = Operation(OperationKind.RECORD, "mine", "acc", "uid", at)
    answer = used_elsewhere(Use("Main", SECOND + timedelta(seconds=theirs), Direction.ENTRY), operation)
    assert answer.detail == told
