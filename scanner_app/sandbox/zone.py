"""Dates as Passcreator writes them: in the company's time zone, with no offset."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTES = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d\Z", re.ASCII)
SECONDS = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\Z", re.ASCII)
DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)


class BadDateError(ValueError):
    """The text is not a date in the format that the contract names."""


class CompanyZone:
    """Turns unix seconds into the company's wall time and back."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._zone = ZoneInfo(name)

    def show(self, at: int | None) -> str | None:
        """`Y-m-d H:i:s`, or None."""
        return None if at is None else self.text(at)

    def text(self, at: int) -> str:
        """`Y-m-d H:i:s` of a moment; the two passes through the hour at the end of summer time look alike."""
        return self._local(at).strftime("%Y-%m-%d %H:%M:%S").rjust(19, "0")

    def minutes(self, text: object) -> int:
        """Unix seconds of `Y-m-d H:i`; an hour that comes twice means its first coming."""
        return self._read(text, MINUTES, "%Y-%m-%d %H:%M")

    def seconds(self, text: object) -> int:
        """Unix seconds of `Y-m-d H:i:s`."""
        return self._read(text, SECONDS, "%Y-%m-%d %H:%M:%S")

    def minutes_or_seconds(self, text: object) -> int:
        """Unix seconds of either form."""
        return self.seconds(text) if isinstance(text, str) and len(text) > 16 else self.minutes(text)

    def day(self, text: object) -> date:
        """A day `Y-m-d`."""
        if not isinstance(text, str) or not DAY.match(text):
            raise BadDateError(f"not a day: {text!r}")
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise BadDateError(str(error)) from error

    def today(self, now: int) -> date:
        """The company's day at this moment."""
        return self._local(now).date()

    def midnight(self, day: date) -> int:
        """Unix seconds at which a company day begins."""
        return int(datetime(day.year, day.month, day.day, tzinfo=self._zone).timestamp())

    def bounds(self, first: date, last: date) -> tuple[int, int]:
        """The half-open range of unix seconds from the beginning of `first` to the end of `last`."""
        return self.midnight(first), self.midnight(last + timedelta(days=1))

    def _local(self, at: int) -> datetime:
        return datetime.fromtimestamp(at, self._zone)

    def _read(self, text: object, shape: re.Pattern[str], form: str) -> int:
        if not isinstance(text, str) or not shape.match(text):
            raise BadDateError(f"not a date: {text!r}")
        try:
            return int(datetime.strptime(text, form).replace(tzinfo=self._zone).timestamp())
        except (ValueError, OverflowError) as error:
            raise BadDateError(str(error)) from error
