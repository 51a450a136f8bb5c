"""The flight fields of a boarding pass as seed 001 names them, beside those of any pass."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import datetime

from scanner_app.domain.errors import SettingsTrouble

LOCAL = "%Y-%m-%dT%H:%M"


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


@dataclass(frozen=True, slots=True)
class BoardingFields:
    """What a flight's pass says. Times are local to the airport, without an offset; codes are IATA's."""

    origin_airport_code: str
    destination_airport_code: str
    local_scheduled_departure_time: datetime
    local_boarding_date_time: datetime
    passenger_name: str
    carrier_code: str
    confirmation_code: str
    flight_number: int
    origin_airport_gate: str = ""
    origin_airport_terminal: str = ""
    destination_airport_gate: str = ""
    destination_airport_terminal: str = ""
    local_estimated_or_actual_departure_date_time: datetime | None = None
    local_scheduled_arrival_date_time: datetime | None = None
    local_estimated_or_actual_arrival_date_time: datetime | None = None
    seat_class: str = ""
    seat_number: str = ""
    sequence_number: str = ""
    boarding_group: str = ""
    boarding_position: str = ""

    def body(self) -> dict[str, str | int]:
        """Return the fields as they stand in a request; raise SettingsTrouble for codes that cannot be IATA's."""
        airports = (self.origin_airport_code, self.destination_airport_code)
        if not all(re.fullmatch("[A-Z]{3}", code) for code in airports):
            raise SettingsTrouble("airport_code")
        if not re.fullmatch("[A-Z0-9]{2,3}", self.carrier_code):
            raise SettingsTrouble("carrier_code")
        written = {_camel(f.name): getattr(self, f.name) for f in fields(self)}
        return {key: _wire(value) for key, value in written.items() if value not in ("", None)}


def _wire(value: datetime | str | int) -> str | int:
    return value.strftime(LOCAL) if isinstance(value, datetime) else value


BOARDING_KEYS = tuple(_camel(f.name) for f in fields(BoardingFields))
"""The fields' names on the wire."""
