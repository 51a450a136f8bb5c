"""A pass comes out of the cache exactly as it went in."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.storage_kit import ACCOUNT, a_pass

from scanner_app.domain.passes import Direction, IdentifierKind, Pass, Source, Use
from scanner_app.storage import passcodec
from scanner_app.storage.compact import dumps, encodable, plain

TEXT = st.text(st.characters(), max_size=20)
TIMES = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - zone is drawn
MONEY = st.decimals(min_value=-(10**6), max_value=10**6, places=2)
USES = st.builds(Use, TEXT, TIMES, st.sampled_from(Direction), st.sampled_from(Source), TEXT, TEXT, MONEY)
PASSES = st.builds(
    Pass,
    account=st.just(ACCOUNT),
    platform=st.just("passcreator"),
    uid=st.text(min_size=1, max_size=40).filter(encodable),
    template=st.just("tpl"),
    template_name=st.just("Event"),
    identifiers=st.dictionaries(st.sampled_from(IdentifierKind), TEXT),
    holder=TEXT,
    fields=st.dictionaries(TEXT, TEXT, max_size=4),
    voided=st.booleans(),
    redeemed=st.booleans(),
    nullified=st.booleans(),
    valid_from=st.none() | TIMES,
    expires=st.none() | TIMES,
    eligible_places=st.lists(TEXT, max_size=3).map(tuple),
    uses=st.lists(USES, max_size=3).map(tuple),
    entries_allowed=st.none() | st.integers(0, 99),
    stored_value=st.none() | MONEY,
    notes=TEXT,
    photo_url=TEXT,
    locale=TEXT,
    created=st.none() | TIMES,
    modified=st.none() | TIMES,
    seen_at=st.none() | TIMES,
)


@given(PASSES)
def test_exact_both_ways(one):
    back = passcodec.decode(one.account, one.platform, (one.template, one.template_name), passcodec.encode(one))
    assert back == one


@given(st.lists(PASSES, min_size=5, max_size=20, unique_by=lambda one: one.uid))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_exact_through_a_file(store, caches, passes):
    store.cache(ACCOUNT, lambda tx: tx.upsert(passes))
    assert [caches.get(one.key) for one in passes] == passes


def test_small():
    body = passcodec.encode(a_pass(1)).body
    assert len(body.encode()) < 250


def test_decimals_keep_their_places():
    one = a_pass(1, stored_value=Decimal("10.50"))
    back = passcodec.decode(one.account, one.platform, (one.template, one.template_name), passcodec.encode(one))
    assert str(back.stored_value) == "10.50"


@given(st.lists(st.one_of(st.text(st.characters()), st.integers(-(2**70), 2**70), st.booleans(), st.none())))
def test_both_encoders_write_what_is_hashed_alike(values):
    """A ledger is verified on machines that have the quick encoder, and on others that have not."""
    assert dumps(tuple(values)).encode() == plain(tuple(values))
