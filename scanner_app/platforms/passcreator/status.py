"""What an app scan says (providers.md 1.3), and what scans listed say of a pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from scanner_app.domain.credential import storable
from scanner_app.domain.passes import Direction
from scanner_app.domain.place import Policy
from scanner_app.domain.scan import Operation
from scanner_app.domain.verdict import Reason
from scanner_app.platforms.fields import an_object, text, whole
from scanner_app.platforms.strict_json import Json
from scanner_app.platforms.zones import to_utc, to_wall, wall_gap

VOIDED_NOW, REFUSED, ATTENDED, NOT_FOUND, CHECKED_IN, WAS_IN, CHECKED_OUT, WAS_NOT_IN = range(8)
ADMITTING = frozenset({VOIDED_NOW, ATTENDED, CHECKED_IN, CHECKED_OUT})
SECOND = timedelta(seconds=1)
ECHO = timedelta(seconds=2)
"""A use within this of a scan of ours at the same place is that scan come back: the platform keeps whole seconds."""


def scan_status(operation: Operation) -> int:
    """Return the `scanStatus` of what was decided."""
    if operation.refused:
        return _refusal(operation)
    if operation.policy == Policy.IN_OUT.value:
        return CHECKED_IN if operation.direction is Direction.ENTRY else CHECKED_OUT
    spends = operation.policy == Policy.ONCE.value and "attends" not in operation.extra
    return VOIDED_NOW if spends else ATTENDED


def _refusal(operation: Operation) -> int:
    """A pass that is known and refused is told as 1, whatever the reason: the contract has no other status for it.

    It says "known, already voided", and that is how Passcreator itself shows a pass at a door that it is not good for:
    a read with that door's `appConfigurationId` has `voided` true where it is not eligible or was used before (seed
    001), and an expired one reads as voided anywhere. 3 would say that nobody knows it.
    """
    if not operation.uid:
        return NOT_FOUND
    by_reason = {
        Reason.UNKNOWN.value: NOT_FOUND,
        Reason.NOT_LOADED.value: NOT_FOUND,
        Reason.ALREADY_INSIDE.value: WAS_IN,
        Reason.NOT_INSIDE.value: WAS_NOT_IN,
    }
    return by_reason.get(operation.reason, REFUSED)


def scan_body(operation: Operation, zone: ZoneInfo) -> dict[str, Json]:
    """Return the body of `POST /api/appscan`; `createdOn` is the door's time on the company's clock."""
    body: dict[str, Json] = {
        "appConfigurationId": operation.door,
        "scanStatus": scan_status(operation),
        "createdOn": to_wall(operation.at, zone),
        "scannedBarcodeValue": storable(operation.raw),
        "deviceName": operation.device,
    }
    return body | ({"passId": operation.uid} if operation.uid else {})


@dataclass(frozen=True, slots=True)
class Scanned:
    """One app scan as the platform lists it. `wall` is company time."""

    id: str
    uid: str
    status: int | None
    wall: str
    code: str
    device: str

    def tells(self, operation: Operation, zone: ZoneInfo) -> bool:
        """Whether it is this operation come back: there is no idempotency key, so device, time and code must agree."""
        mine = (operation.device, to_wall(operation.at, zone), storable(operation.raw))
        return (self.device, self.wall, self.code) == mine and self.uid in ("", operation.uid)

    def made(self, uid: str, at: datetime, zone: ZoneInfo) -> bool:
        """Whether it made the use of a pass at a time."""
        return self.between(uid, at, at, zone)

    def after(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether it was made too late to have made a use of that time."""
        mine = to_utc(self.wall, zone)
        return mine is not None and mine > at and wall_gap(mine, at, zone) > ECHO

    def between(self, uid: str, first: datetime, last: datetime, zone: ZoneInfo) -> bool:
        """Whether it is a scan of a pass, made as early as `first` and no later than `last`, give or take `ECHO`."""
        mine = to_utc(self.wall, zone)
        if self.uid != uid or mine is None:
            return False
        return first < mine < last or min(wall_gap(mine, first, zone), wall_gap(mine, last, zone)) <= ECHO


def read_scan(value: Json) -> Scanned:
    """Return one listed app scan."""
    found: Mapping[str, Json] = an_object(value, "app scan")
    return Scanned(
        text(found, "appScanId"),
        text(found, "passId"),
        whole(found, "scanStatus"),
        text(found, "createdOn"),
        text(found, "scannedBarcodeValue"),
        text(found, "deviceName"),
    )
