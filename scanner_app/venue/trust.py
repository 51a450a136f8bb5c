"""Which records are believed. Fail closed while that is open, and nobody can shut a pass out in another's name.

A record is genuine when one of the keys of the kiosk it names signed it and it stands under its own subject. What is
not genuine counts for nothing: its slot is passed over by every kiosk alike, it frees nothing, it never goes to a
platform, and it is an alarm at every supervisor's screen. A record whose kiosk is not known yet is only doubted:
until the roster was read as far as the record, nothing is decided.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from enum import StrEnum

from scanner_app.application.hub import VenueRecord
from scanner_app.application.hubrecord import BadRecord
from scanner_app.venue.records import decode, subject, verified
from scanner_app.venue.roster import Roster

LOOK_SECONDS = 0.01


class Doubt(StrEnum):
    """Why a record is not believed."""

    NO_RECORD = "no_record"  # bytes that are none
    SUBJECT = "subject"  # stands where it does not belong: another's record, copied
    UNKNOWN = "unknown_kiosk"
    SIGNATURE = "signature"  # not made by the kiosk it names


class Trust:
    """The judge of records. `read_through`: the sequence up to which this kiosk has read the stream, roster and all."""

    def __init__(self, roster: Roster, hash_key: bytes, read_through: Callable[[], int]) -> None:
        self.roster, self._hash_key, self._read_through = roster, hash_key, read_through

    def doubt(self, where: str, data: bytes, record: VenueRecord) -> Doubt | None:
        """Return what is wrong with a record by the keys known now, None for a genuine one."""
        if subject(self._hash_key, record) != where:
            return Doubt.SUBJECT
        known = self.roster.of(record.kiosk)
        if any(verified(data, public) for public in known):
            return None
        return Doubt.SIGNATURE if known else Doubt.UNKNOWN

    def read(self, where: str, data: bytes, sequence: int) -> tuple[VenueRecord | None, Doubt | None]:
        """Return the record of these bytes, and what is wrong with it by the keys known now."""
        try:
            record = decode(data, sequence)
        except BadRecord:
            return None, Doubt.NO_RECORD
        return record, self.doubt(where, data, record)

    def is_final(self, doubt: Doubt | None, sequence: int) -> bool:
        """Return whether nothing that may still be read changes what was found of a record."""
        by_keys = doubt in (Doubt.UNKNOWN, Doubt.SIGNATURE)
        return not by_keys or self._read_through() >= sequence

    async def genuine(self, where: str, data: bytes, sequence: int, until: float) -> VenueRecord | None:
        """Return the record when it is genuine, None when it is not; TimeoutError when that is open at `until`."""
        while True:
            record, doubt = self.read(where, data, sequence)
            if self.is_final(doubt, sequence):
                return record if doubt is None else None
            if time.monotonic() > until:
                raise TimeoutError("the roster was not read as far")
            await asyncio.sleep(LOOK_SECONDS)
