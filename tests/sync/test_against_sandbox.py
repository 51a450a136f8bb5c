"""The outbox and the walks with the real adapter over real HTTP against the sandbox, well and badly behaved."""

import random
from types import SimpleNamespace

import pytest
from support.sandbox_kit import Gate

from scanner_app.domain.passes import PassKey
from scanner_app.sandbox.misbehave import Misbehaviour
from scanner_app.sandbox.server import Sandbox
from scanner_app.storage.store import Store


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(passes=400) as running:
        yield running


@pytest.fixture
def gate(sandbox, tmp_path):
    with Store(tmp_path / "kiosk", {"acc": "t"}) as store:
        opened = Gate(sandbox, store, random.Random(5))
        yield opened
        opened.behave()
        sandbox.clock.offset = 0.0
        opened.close()


def test_a_bad_day_loses_and_repeats_nothing(tmp_path):
    with Sandbox(passes=400) as sandbox, Store(tmp_path / "kiosk", {"acc": "t"}) as store:
        gate = Gate(sandbox, store, random.Random(11), deaths=0.05)
        try:
            gate.run(30)
        finally:
            gate.close()


def test_the_same_pass_twice_in_one_second_is_told_twice_though_an_answer_is_lost(gate):
    guest, moment = gate.guests(1)[0], gate.clock.now()
    gate.clock = SimpleNamespace(now=lambda: moment)
    gate.admit(guest)
    gate.admit(guest)
    gate.account.misbehaviours.faults[:] = [Misbehaviour("POST /api/appscan", "drop", after=1, times=1)]
    for _ in range(5):
        gate.drain(600.0)
    scans = gate.account.store.rows("SELECT id FROM pc_scan WHERE barcode = ?", [str(guest["barcode"])])
    assert len(scans) == 2, "the first one come back is not the second one arrived"


def test_first_load_then_delta_then_a_deletion(gate):
    report = gate.downloader.round()
    assert report.even
    assert report.full
    guest = gate.guests(1)[0]
    gate.time.advance(3600.0)
    gate.admit(guest)
    gate.drain(60.0)
    gate.time.advance(60.0)
    report = gate.downloader.round()
    assert (report.full, report.trouble) == (False, "")
    assert 1 <= report.passes < report.held
    with gate.store.cache_reader() as reader:
        held = reader.get(PassKey("acc", str(guest["identifier"])))
    assert held is not None
    assert held.voided
    assert gate.downloader.watch.fits is True
    gate.platform._calls.delete(str(guest["identifier"]))
    report = gate.downloader.round()
    assert (report.full, report.gone, report.trouble) == (True, 1, "")
    assert report.even


@pytest.mark.parametrize("kind", ["drop", "html", "500", "truncated", "cut_body", "429"])
def test_a_load_goes_on_after_any_fault_on_any_page(gate, kind):
    times = 2 if kind == "drop" else 1  # reading again at once what a stale connection swallowed is the adapter's job
    fault = Misbehaviour("GET /api/pass/list/*", kind, after=1, times=times)
    gate.account.misbehaviours.faults[:] = [fault]
    assert gate.downloader.round(full=True).trouble
    report = gate.downloader.round(full=True)
    assert report.even
    assert report.gone == 0


def test_a_list_of_half_the_passes_deletes_none(gate):
    assert gate.downloader.round().even
    gate.account.misbehaviours.faults[:] = [Misbehaviour("GET /api/pass/list/*", "short_list")]
    before = gate.downloader._count(gate.door["template"])
    report = gate.downloader.round(full=True)
    assert report.gone == 0
    assert gate.downloader._count(gate.door["template"]) == before
