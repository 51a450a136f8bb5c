"""Whether a boarding pass is for the flight a gate boards. Pure."""

from __future__ import annotations

from datetime import datetime

from scanner_app.domain.place import Flight


def flight_refusal(text: str, flight: Flight, now: datetime) -> dict[str, str] | None:
    """Return why this bar-coded boarding pass may not board the flight, None when it may."""
    del now
    return None if text.startswith("M") and flight.carrier in text else {"flight": f"{flight.carrier} {flight.number}"}
