"""The flights of the sandbox's boarding passes, and who flies: one flight, connections, other days and flights."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from scanner_app.sandbox.guests import Guest

BUSINESS_ROWS = 6


@dataclass(frozen=True)
class Flight:
    """One flight; times are local to its airports, as seed 001 has them."""

    carrier: str
    number: int
    origin: str
    destination: str
    departs: datetime
    arrives: datetime
    gate: str = ""
    terminal: str = ""

    def a_day_before(self) -> "Flight":
        """The same flight of yesterday."""
        day = timedelta(days=1)
        values = vars(self) | {"departs": self.departs - day, "arrives": self.arrives - day}
        return Flight(**values)


def _flight(name: str, way: str, departs: str, arrives: str, gate: str = "", terminal: str = "") -> Flight:
    times = (datetime.fromisoformat(departs), datetime.fromisoformat(arrives))
    carrier, number = name.split()
    origin, destination = way.split("-")
    return Flight(carrier, int(number), origin, destination, *times, gate, terminal)


BOARDING = _flight("LH 738", "MUC-LAX", "2026-12-01T15:13", "2026-12-01T18:14", "B16", "2")
"""The flight that boards at the sandbox's gate."""
FEEDER = _flight("LH 1693", "PRG-MUC", "2026-12-01T11:05", "2026-12-01T12:05", "C3", "1")
ONWARD = _flight("UA 1207", "LAX-SFO", "2026-12-01T20:40", "2026-12-01T22:05", "71A", "7")
ANOTHER = _flight("LH 452", "MUC-LAX", "2026-12-01T12:05", "2026-12-01T15:20", "B20", "2")

JOURNEYS: dict[str, tuple[Sequence[Flight], int]] = {
    "one flight": ((BOARDING,), 62),
    "came with another": ((FEEDER, BOARDING), 18),
    "goes on": ((BOARDING, ONWARD), 12),
    "yesterday's": ((BOARDING.a_day_before(),), 4),
    "another flight": ((ANOTHER,), 4),
}
"""What passengers hold, and how often in a hundred."""


@dataclass(frozen=True)
class Passenger:
    """One passenger's journey: the flights in order, and what the airline gave for each of them alike."""

    guest: Guest
    flights: Sequence[Flight]
    pnr: str
    seat: str
    sequence: int
    group: str
    status: str = "1"

    @property
    def business(self) -> bool:
        """Whether the seat is in front of the curtain."""
        return int(self.seat[:-1]) <= BUSINESS_ROWS

    @property
    def main(self) -> Flight:
        """The flight that the pass itself tells of: the one of the sandbox's gate where it is among them."""
        return BOARDING if BOARDING in self.flights else self.flights[0]


def passenger(guest: Guest) -> Passenger:
    """The journey of a guest, the same whenever it is asked for."""
    dice = random.Random(guest.barcode)
    flights, _ = dice.choices(list(JOURNEYS.values()), [often for _, often in JOURNEYS.values()])[0]
    row, letter = guest.person.seat[1:], guest.person.seat[0]
    group = "1" if int(row) <= BUSINESS_ROWS else dice.choice("2345")
    status = dice.choices("1307", (80, 12, 4, 4))[0]
    return Passenger(guest, flights, guest.barcode[:6].upper(), row + letter, dice.randint(1, 290), group, status)


def fields_of(traveller: Passenger) -> dict[str, Any]:
    """The pass's boarding fields, by the names of seed 001."""
    flight = traveller.main
    return {
        "originAirportCode": flight.origin,
        "originAirportGate": flight.gate,
        "originAirportTerminal": flight.terminal,
        "destinationAirportCode": flight.destination,
        "localScheduledDepartureTime": _minute(flight.departs),
        "localBoardingDateTime": _minute(flight.departs - timedelta(minutes=44)),
        "localScheduledArrivalDateTime": _minute(flight.arrives),
        "passengerName": traveller.guest.person.name,
        "seatClass": "Business" if traveller.business else "Economy",
        "seatNumber": traveller.seat,
        "sequenceNumber": f"{traveller.sequence:03}",
        "boardingGroup": traveller.group,
        "carrierCode": flight.carrier,
        "confirmationCode": traveller.pnr,
        "flightNumber": flight.number,
    }


def _minute(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")
