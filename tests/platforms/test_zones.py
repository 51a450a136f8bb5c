"""Company wall time, both ways, over both changes of the clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner_app.domain.errors import PlatformTrouble, SettingsTrouble
from scanner_app.platforms.zones import MINUTES, SECONDS, fits, since, to_utc, to_wall, zone_named, zone_shown

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "UTC")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_an_hour_that_comes_twice_is_the_first_one_unless_asked_otherwise():
    assert to_utc("2026-10-25 02:30:00", BERLIN) == utc(2026, 10, 25, 0, 30)
    assert to_utc("2026-10-25 02:30:00", BERLIN, later=True) == utc(2026, 10, 25, 1, 30)


@pytest.mark.parametrize("written", ["", "  ", "0000-00-00 00:00:00"])
def test_no_time(written):
    assert to_utc(written, BERLIN) is None


@pytest.mark.parametrize("written", ["soon", "2026-13-01 00:00:00", "2026-02-30 00:00", "1604", "2026-01-01 25:00:00"])
def test_a_time_that_is_none_is_nonsense(written):
    with pytest.raises(PlatformTrouble):
        to_utc(written, BERLIN)


@pytest.mark.parametrize(
    ("moment", "wall"),
    [
        (utc(2026, 7, 1, 12, 0, 59), "2026-07-01 14:00"),
        (utc(2026, 10, 25, 0, 30), "2026-10-25 01:59"),  # first 02:30
        (utc(2026, 10, 25, 1, 30), "2026-10-25 01:59"),  # second 02:30
        (utc(2026, 10, 25, 2, 0), "2026-10-25 03:00"),
        (utc(2026, 3, 29, 0, 59), "2026-03-29 01:59"),
        (utc(2026, 3, 29, 1, 0), "2026-03-29 03:00"),
    ],
)
def test_a_delta_starts_before_an_hour_that_comes_twice(moment, wall):
    assert since(moment, BERLIN) == wall


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1)),  # noqa: DTZ001 - made aware below
    st.sampled_from(ZONES),
    st.sampled_from([MINUTES, SECONDS]),
)
def test_however_a_platform_reads_it_a_delta_never_starts_late(moment, name, form):
    at, zone = moment.replace(tzinfo=UTC), ZoneInfo(name)
    written = since(at, zone, form)
    for later in (False, True):
        read = to_utc(written, zone, later=later)
        assert read is not None
        assert at - timedelta(hours=3, minutes=1) <= read <= at


@given(st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1)), st.sampled_from(ZONES))  # noqa: DTZ001
def test_a_wall_time_read_back_is_the_moment_or_the_other_reading_of_it(moment, name):
    at, zone = moment.replace(tzinfo=UTC, microsecond=0), ZoneInfo(name)
    written = to_wall(at, zone)
    assert at in (to_utc(written, zone), to_utc(written, zone, later=True))


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../../etc/passwd", "Europe"])
def test_an_unknown_zone_is_said(name):
    with pytest.raises(SettingsTrouble) as raised:
        zone_named(name)
    assert raised.value.code == "settings_zone_unknown"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"])
def test_the_zone_is_the_one_that_its_times_show(zone):
    moments = [utc(2026, 1, 10, 12, 0), utc(2026, 7, 10, 12, 0)]
    told = {(to_wall(m, ZoneInfo(zone)), to_wall(m, ZoneInfo("UTC"))) for m in moments}
    assert zone_shown(told, "Pacific/Apia") == zone
    assert zone_shown(told, zone) == zone
    assert not fits(told, "Pacific/Apia")


def test_a_name_that_was_set_is_kept_where_it_fits_and_nonsense_shows_nothing():
    told = {("2026-01-10 13:00:00", "2026-01-10 12:00:00")}
    assert zone_shown(told, "Europe/Paris") == "Europe/Paris"
    assert zone_shown(told, "UTC") == "Europe/Berlin"
    assert zone_shown({("2026-01-10 13:07:00", "2026-01-10 12:00:00")}, "UTC") == ""
