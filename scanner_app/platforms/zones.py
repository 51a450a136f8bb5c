"""A company's wall time, with no offset on the wire, to aware UTC and back; daylight saving included."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from scanner_app.domain.errors import SettingsTrouble
from scanner_app.platforms.strict_json import nonsense

SECONDS = "%Y-%m-%d %H:%M:%S"
MINUTES = "%Y-%m-%d %H:%M"
LONGEST_STEP = 24 * 60
"""Minutes searched for the end of an ambiguous hour; no zone ever turned its clock back by more than a day."""

TOLERANCE = timedelta(minutes=1)
"""Zones lie at least 15 minutes apart; two writings of one moment much less."""
USUAL = (
    "Europe/Berlin",
    "Europe/London",
    "Europe/Athens",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Pacific/Auckland",
    "UTC",
)
"""Asked first among zones that show the same times: names that an administrator knows."""


def zone_named(name: str) -> ZoneInfo:
    """Return the IANA zone; raise SettingsTrouble when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingsTrouble("zone_unknown", name) from None


def to_utc(written: str, zone: ZoneInfo, *, later: bool = False) -> datetime | None:
    """Return company wall time as aware UTC, None for ''; of an hour that comes twice the earlier one, or the later."""
    text = written.strip()
    if not text or text.startswith("0000-00-00"):
        return None
    for form in (SECONDS, MINUTES, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"):
        try:
            wall = datetime.strptime(text, form)  # noqa: DTZ007 - the zone comes next
            return wall.replace(tzinfo=zone, fold=int(later)).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    raise nonsense("a time that is none")


def to_wall(moment: datetime, zone: ZoneInfo) -> str:
    """Return `Y-m-d H:i:s` in company time."""
    return _written(moment.astimezone(zone), SECONDS)


def fits(told_twice: Iterable[tuple[str, str]], zone: str) -> bool:
    """Return whether moments written in company time and in UTC are the same moments in a zone."""
    return all(_one_moment(wall, utc, zone_named(zone)) for wall, utc in told_twice)


def _one_moment(wall: str, utc: str, zone: ZoneInfo) -> bool:
    told = to_utc(utc, zone_named("UTC"))
    readings = [to_utc(wall, zone, later=later) for later in (False, True)]
    return told is not None and any(r is not None and abs(r - told) <= TOLERANCE for r in readings)


def zone_shown(told_twice: Iterable[tuple[str, str]], preferred: str) -> str:
    """Return the zone that such moments show: the preferred one where it fits, else a usual one, '' when none does."""
    told = frozenset(told_twice)
    candidates = (preferred, *USUAL, *sorted(available_timezones()))
    return next((zone for zone in candidates if fits(told, zone)), "")


def wall_gap(one: datetime, other: datetime, zone: ZoneInfo) -> timedelta:
    """Return how far two moments lie apart on the company's clock, which shows an hour twice once a year."""
    walls = [moment.astimezone(zone).replace(tzinfo=None) for moment in (one, other)]
    return abs(walls[0] - walls[1])


def since(moment: datetime, zone: ZoneInfo, form: str = MINUTES) -> str:
    """Return a wall time at or before the moment that means one moment only, however the platform reads it.

    An hour that comes twice, or that never comes, is stepped back out of: a platform that takes 02:30 for the second
    one would leave out an hour of changes (reliability.md 3.2).
    """
    back = moment.astimezone(UTC).replace(microsecond=0)
    if not _plain(back, zone):
        back = back.replace(second=0)
    for _ in range(LONGEST_STEP):
        if _plain(back, zone):
            break
        back -= timedelta(minutes=1)
    return _written(back.astimezone(zone), form)


def _plain(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether the moment's wall time means this moment and no other."""
    wall = moment.astimezone(zone).replace(tzinfo=None)
    readings = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return readings == {moment}


def _written(wall: datetime, form: str) -> str:
    return wall.strftime(form).rjust(len(datetime(2000, 1, 1, tzinfo=UTC).strftime(form)), "0")
