"""Times as databases hold them and as people see them."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from scanner_app.domain.times import from_us, iso, to_us

AHEAD = timezone(timedelta(hours=5, minutes=45))
moments = st.datetimes(timezones=st.sampled_from([UTC, AHEAD])).filter(lambda moment: 1 < moment.year < 9999)


@given(moments)
def test_a_time_comes_back_to_the_microsecond(moment):
    assert from_us(to_us(moment)) == moment


@given(moments)
def test_the_text_is_the_one_of_the_standard_library(moment):
    assert iso(moment) == moment.astimezone(UTC).isoformat(timespec="milliseconds")


def test_milliseconds_are_cut_and_not_rounded():
    assert iso(datetime(2026, 6, 1, 18, 59, 59, 999_999, UTC)) == "2026-06-01T18:59:59.999+00:00"
