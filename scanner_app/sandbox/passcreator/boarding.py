"""Flight boarding passes: the fields that come on top of a pass, and what makes each of them valid."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from scanner_app.sandbox.wire import refuse

AIRPORT = re.compile(r"[A-Z]{3}\Z", re.ASCII)
CARRIER = re.compile(r"(?=.*[A-Z])[A-Z0-9]{2}\Z", re.ASCII)
LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d\Z", re.ASCII)


def _airport(value: object) -> bool:
    return isinstance(value, str) and bool(AIRPORT.match(value))


def _carrier(value: object) -> bool:
    return isinstance(value, str) and bool(CARRIER.match(value))


def _local_time(value: object) -> bool:
    if not isinstance(value, str) or not LOCAL_TIME.match(value):
        return False
    try:
        datetime.strptime(value, "%Y-%m-%dT%H:%M")  # noqa: DTZ007  # airport time: the contract has no zone
    except ValueError:
        return False
    return True


def _flight_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 100_000


def _words(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _text(value: object) -> bool:
    return isinstance(value, str)


REQUIRED: dict[str, Callable[[object], bool]] = {
    "originAirportCode": _airport,
    "destinationAirportCode": _airport,
    "localScheduledDepartureTime": _local_time,
    "localBoardingDateTime": _local_time,
    "passengerName": _words,
    "carrierCode": _carrier,
    "confirmationCode": _words,
    "flightNumber": _flight_number,
}
OPTIONAL: dict[str, Callable[[object], bool]] = {
    "originAirportGate": _text,
    "originAirportTerminal": _text,
    "destinationAirportGate": _text,
    "destinationAirportTerminal": _text,
    "localEstimatedOrActualDepartureDateTime": _local_time,
    "localScheduledArrivalDateTime": _local_time,
    "localEstimatedOrActualArrivalDateTime": _local_time,
    "seatClass": _text,
    "seatNumber": _text,
    "sequenceNumber": _text,
    "boardingGroup": _text,
    "boardingPosition": _text,
}
BOARDING_FIELDS = REQUIRED | OPTIONAL


def read(body: dict[str, Any], *, creating: bool, boarding_time_optional: bool) -> dict[str, Any]:
    """The boarding fields of a request; 400 for a missing one (when creating) or a bad one."""
    needed = [name for name in REQUIRED if not (boarding_time_optional and name == "localBoardingDateTime")]
    if creating and (missing := [name for name in needed if name not in body]):
        refuse(400, f"Required boarding pass fields are missing: {', '.join(missing)}")
    given = {name: body[name] for name in BOARDING_FIELDS if name in body}
    for name, value in given.items():
        if not BOARDING_FIELDS[name](value):
            refuse(400, f"The value of {name} is not valid")
    return given
