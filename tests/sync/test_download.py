"""After a quiet cycle nothing is stale, missed or a ghost; nothing is deleted on a platform's slip of the tongue."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from support.simulated_platform import SimulatedPlatform, fails, script
from support.sync_kit import Kiosk
from support.virtual_time import World

from scanner_app.application.ports import Can, Capabilities, Page
from scanner_app.domain.errors import PlatformKind
from scanner_app.domain.passes import PassKey
from scanner_app.domain.scan import OperationKind

EVEN = {"stale": set(), "missed": set(), "ghost": set()}


def fill(platform, count, prefix="p"):
    for number in range(count):
        platform.create(f"{prefix}{number:04d}")
        platform.world.advance(0.5)


def keep_writing(world, platform, chance, *, seconds, every, deletes=0.1):
    """Have other people create, change and delete passes while the kiosk walks."""
    count = int(seconds / every)
    for number in range(count):
        moment = number * every

        def write(number=number):
            roll = chance.random()
            uids = list(platform.rows)
            if roll < deletes and uids:
                platform.delete(chance.choice(uids))
            elif roll < deletes + 0.3:
                platform.create(f"new{number:05d}")
            elif uids:
                platform.modify(chance.choice(uids))

        world.at(moment, write)


def test_a_first_load_holds_everything_and_the_platforms_count(kiosk, platform):
    fill(platform, 250)
    told = []
    report = kiosk.downloader.round(progress=lambda done, total: told.append((done, total)))
    assert (report.trouble, report.full, report.passes, report.held, report.total) == ("", True, 250, 250, 250)
    assert told == [(100, 250), (200, 250), (250, 250)]
    assert kiosk.differences() == EVEN


def test_a_delta_fetches_what_changed_and_no_more(kiosk, platform):
    fill(platform, 500)
    kiosk.round()
    kiosk.line.platform.zone_fits = True
    kiosk.later(hours=1)
    kiosk.round()  # the first delta reaches back by the widest difference of zones
    kiosk.later(hours=1)
    platform.modify("p0007")
    platform.create("fresh")
    report = kiosk.round()
    assert (report.full, report.passes, report.held) == (False, 2, 501)
    assert kiosk.differences() == EVEN


@pytest.mark.parametrize(
    ("zone", "clock_error", "delta_total"),
    [("UTC", 0.0, False), ("Europe/Berlin", 300.0, True), ("Asia/Kathmandu", -300.0, False)],
)
def test_nothing_is_stale_missed_or_ghost_beside_busy_writers(store, zone, clock_error, delta_total):
    world, chance = World(), random.Random(7)
    platform = SimulatedPlatform(world, zone=zone, delta_total=delta_total, latency=2.0, page_size=20)
    kiosk = Kiosk(world, platform, store, chance, clock_error)
    fill(platform, 200)
    keep_writing(world, platform, chance, seconds=900, every=2.0)
    for _ in range(8):
        kiosk.remember()
        kiosk.round()
        kiosk.later(minutes=1)
    world.advance(900)
    report = kiosk.round()
    assert report.even
    assert kiosk.differences() == EVEN


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("night", ["autumn", "spring"])
def test_both_time_changes_lose_nothing(store, night, later):
    starts = {"autumn": datetime(2026, 10, 24, 23, 0, tzinfo=UTC), "spring": datetime(2027, 3, 27, 23, 0, tzinfo=UTC)}
    world, chance = World(starts[night]), random.Random(3)
    platform = SimulatedPlatform(world, zone="Europe/Berlin", later=later, latency=0.5, zone_fits=True)
    kiosk = Kiosk(world, platform, store, chance)
    fill(platform, 100)
    kiosk.round()
    keep_writing(world, platform, chance, seconds=4 * 3600, every=40.0, deletes=0.02)
    for _ in range(26):
        kiosk.remember()
        kiosk.round()
        kiosk.later(minutes=10)
    world.quiet()
    kiosk.round()
    assert kiosk.differences() == EVEN
    assert not [n for n in kiosk.notices if n.code == "zone_wrong"]


def test_a_time_change_accuses_no_zone_after_our_own_writes(store):
    world = World(datetime(2026, 10, 24, 23, 30, tzinfo=UTC))
    platform = SimulatedPlatform(world, zone="Europe/Berlin")
    kiosk = Kiosk(world, platform, store, random.Random(1))
    fill(platform, 50)
    kiosk.round()
    for number in range(12):
        kiosk.admit(f"p{number:04d}", (OperationKind.VOID,))
        kiosk.drain()
        kiosk.later(minutes=15)
        kiosk.round()
    assert kiosk.downloader.watch.fits is True
    assert not kiosk.notices


@pytest.mark.parametrize(("zone", "configured"), [("UTC", "Europe/Berlin"), ("Europe/Berlin", "UTC")])
def test_a_wrong_zone_loses_nothing_and_is_told(store, zone, configured):
    world = World()
    platform = SimulatedPlatform(world, zone=zone, configured=configured)
    kiosk = Kiosk(world, platform, store, random.Random(1))
    fill(platform, 120)
    kiosk.round()
    for _ in range(5):
        kiosk.later(minutes=1)
        platform.modify("p0011")
        kiosk.round()
        assert kiosk.differences() == EVEN
    kiosk.admit("p0001", (OperationKind.VOID,))
    kiosk.drain()
    kiosk.later(minutes=1)
    kiosk.round()
    platform.modify("p0012")
    kiosk.later(minutes=1)
    assert kiosk.round().full
    assert kiosk.differences() == EVEN
    assert [n.code for n in kiosk.notices] == ["zone_wrong"]


@pytest.mark.parametrize("word", [True, False])
def test_the_platforms_own_proof_of_its_zone_outranks_what_was_seen(kiosk, platform, word):
    platform.zone_fits = word
    fill(platform, 50)
    kiosk.round()
    kiosk.later(hours=1)
    kiosk.downloader.watch._fits = not word
    assert kiosk.round().full is not word
    assert [n.code for n in kiosk.notices] == ([] if word else ["zone_wrong"])


def test_a_platform_without_dates_is_read_from_the_beginning(store, monkeypatch):
    world = World()
    platform = SimulatedPlatform(world)
    monkeypatch.setattr(platform, "_date", lambda: None)
    kiosk = Kiosk(world, platform, store, random.Random(1), clock_error=300.0)
    fill(platform, 120)
    kiosk.round()
    for _ in range(3):
        platform.modify("p0003")
        kiosk.later(minutes=30)
        kiosk.round()
        assert kiosk.differences() == EVEN


def test_a_platform_without_delta_is_walked_whole(store):
    world = World()
    can = frozenset(Can) - {Can.DELTA}
    platform = SimulatedPlatform(world, capabilities=Capabilities(can))
    kiosk = Kiosk(world, platform, store, random.Random(1))
    fill(platform, 120)
    kiosk.round()
    kiosk.remember()
    platform.delete("p0003")
    platform.modify("p0004")
    assert kiosk.round().full
    assert kiosk.differences() == EVEN


def test_a_load_broken_off_at_any_page_goes_on_there(store):
    world = World()
    platform = SimulatedPlatform(world, page_size=20)
    kiosk = Kiosk(world, platform, store, random.Random(1))
    fill(platform, 200)
    for pages in range(9):
        platform.next_fault = script([None, fails(PlatformKind.UNREACHABLE)], "page")
        kiosk.restart()
        assert kiosk.round().trouble == "platform_unreachable"
        assert len(kiosk.held()) == 20 * (pages + 1)
    with store.cache_reader() as reader:
        assert not reader.state("sim").complete
        assert reader.state("sim").loading is not None
    platform.next_fault = lambda _: None
    platform.requests.clear()
    kiosk.restart()
    assert kiosk.round().even
    assert platform.requests.count("page") <= 2
    assert kiosk.differences() == EVEN


def test_a_template_loaded_before_the_break_is_not_loaded_again(kiosk, platform):
    fill(platform, 20)
    one, asked = platform.page, []

    def page(stream, cursor, resume):
        asked.append((stream, bool(cursor)))
        return replace(one(stream, cursor, resume), stream_total=20) if stream == "tpl" else Page(())

    platform.streams = lambda: ["tpl", "vip"]
    platform.next_fault = script([None, fails(PlatformKind.UNREACHABLE)], "page")
    assert kiosk.round().trouble == "platform_unreachable"  # in the second of them
    platform.page, platform.next_fault = page, lambda _: None
    kiosk.restart()
    asked.clear()
    assert not kiosk.round().trouble
    assert asked == [("tpl", True), ("vip", False)]
    kiosk.round(full=True)
    assert asked[2:] == [("tpl", False), ("vip", False)]


def test_what_changed_while_a_load_was_broken_off_is_fetched_too(store):
    world = World()
    platform = SimulatedPlatform(world, page_size=20)
    kiosk = Kiosk(world, platform, store, random.Random(1))
    fill(platform, 100)
    platform.next_fault = script([None, None, fails(PlatformKind.UNREACHABLE)], "page")
    kiosk.round()
    kiosk.later(hours=5)
    platform.modify("p0001")
    platform.next_fault = lambda _: None
    kiosk.round()
    assert kiosk.differences()["stale"] == {"p0001"}
    kiosk.round()
    assert kiosk.differences() == EVEN


def test_a_page_that_is_gone_makes_the_walk_begin_anew(kiosk, platform):
    platform.page_size = 20
    fill(platform, 100)
    platform.next_fault = script([None, fails(PlatformKind.UNREACHABLE), fails(PlatformKind.REFUSED)], "page")
    assert kiosk.round().trouble == "platform_unreachable"
    assert kiosk.round().even
    assert kiosk.differences() == EVEN


@pytest.mark.parametrize("keep", [0, 1, 50, 79])
def test_an_empty_or_shrunken_list_deletes_nothing_without_a_persons_word(kiosk, platform, keep):
    fill(platform, 100)
    kiosk.round()
    lost = list(platform.rows)[keep:]
    kiosk.remember()
    for uid in lost:
        platform.delete(uid)
    for _ in range(4):
        report = kiosk.round(full=True)
        assert report.gone == 0
        assert len(kiosk.held()) == 100
        kiosk.later(minutes=1)
    assert [n.code for n in kiosk.notices] == ["mass_deletion"]
    assert kiosk.downloader.round(full=True, confirmed=True).gone == 100 - keep
    assert kiosk.differences() == EVEN


def test_a_persons_word_given_beforehand_counts_for_one_round(kiosk, platform):
    fill(platform, 100)
    kiosk.round()
    kiosk.remember()
    for uid in list(platform.rows)[50:]:
        platform.delete(uid)
    assert kiosk.downloader.round(full=True, confirmed=True).gone == 50
    for uid in list(platform.rows)[25:]:
        platform.delete(uid)
    assert kiosk.round(full=True).withheld == 25


def test_a_list_that_comes_back_is_as_if_nothing_had_been(kiosk, platform):
    fill(platform, 100)
    kiosk.round()
    rows, platform.rows = platform.rows, {}
    assert kiosk.round(full=True).withheld == 100
    platform.rows = rows
    assert kiosk.round(full=True).withheld == 0
    assert kiosk.downloader.round(full=True, confirmed=True).gone == 0
    assert kiosk.differences() == EVEN


@pytest.mark.parametrize("confirmed", [False, True])
def test_a_list_that_stops_short_of_its_own_total_deletes_nothing(kiosk, platform, monkeypatch, confirmed):
    fill(platform, 100)
    kiosk.round()
    whole = platform._page

    def short(cursor, resume):
        page = whole(cursor, resume)
        return type(page)(page.passes[:90], "", 100, page.server_time)

    monkeypatch.setattr(platform, "_page", short)
    report = kiosk.downloader.round(full=True, confirmed=confirmed)
    assert (report.gone, report.withheld, report.short) == (0, 10, True)
    assert [n.code for n in kiosk.notices] == ["list_short"]
    assert len(kiosk.held()) == 100


@pytest.mark.parametrize(("lost", "gone"), [(1, 1), (20, 20), (21, 0), (100, 0)])
def test_where_a_platform_tells_no_total_a_fifth_may_go_and_no_more(kiosk, platform, monkeypatch, lost, gone):
    fill(platform, 100)
    whole = platform._page
    monkeypatch.setattr(platform, "_page", lambda *asked: replace(whole(*asked), total=None))
    kiosk.round()
    kiosk.remember()
    for uid in list(platform.rows)[:lost]:
        platform.delete(uid)
    report = kiosk.round(full=True)
    assert (report.gone, report.withheld) == (gone, lost - gone)
    assert [n.code for n in kiosk.notices] == (["mass_deletion"] if lost > gone else [])


def test_a_walk_without_total_that_broke_off_buries_nothing(kiosk, platform, monkeypatch):
    platform.page_size = 20
    fill(platform, 100)
    whole = platform._page
    monkeypatch.setattr(platform, "_page", lambda *asked: replace(whole(*asked), total=None))
    kiosk.round()
    kiosk.remember()
    platform.delete("p0050")
    platform.next_fault = script([None, None, fails(PlatformKind.UNREACHABLE)], "page")
    report = kiosk.round(full=True)
    assert (report.trouble, report.gone, len(kiosk.held())) == ("platform_unreachable", 0, 100)
    assert kiosk.round(full=True).gone == 1
    assert kiosk.differences() == EVEN


def test_a_few_deletions_are_found_by_the_count_alone(kiosk, platform):
    fill(platform, 100)
    kiosk.round()
    kiosk.remember()
    platform.delete("p0050")
    kiosk.later(hours=1)
    report = kiosk.round()
    assert (report.full, report.gone, report.held) == (True, 1, 99)
    assert kiosk.differences() == EVEN


def test_a_platform_that_counts_otherwise_is_not_walked_for_ever(kiosk, platform, monkeypatch):
    fill(platform, 100)
    whole = platform._page

    def counts_more(cursor, resume):
        page = whole(cursor, resume)
        return type(page)(page.passes, page.resume, 103, page.server_time)

    monkeypatch.setattr(platform, "_page", counts_more)
    fulls = []
    for _ in range(6):
        kiosk.later(minutes=30)
        fulls.append(kiosk.round().full)
    assert fulls[-3:] == [False, False, False]


def test_a_full_walk_comes_round_on_schedule(kiosk, platform):
    fill(platform, 10)
    kiosk.round()
    kiosk.later(hours=11)
    assert not kiosk.round().full
    kiosk.later(hours=1)
    assert kiosk.round().full


def test_a_pass_looked_up_in_the_middle_of_a_walk_is_no_ghost(kiosk, platform, store):
    platform.page_size = 20
    fill(platform, 100)
    kiosk.round()

    def meanwhile(what):
        if what == "page" and "late" not in platform.rows:
            platform.create("late")
            found = platform._pass(platform.rows["late"])
            store.cache("sim", lambda tx: tx.upsert([found]))
            platform.rows["late"].created -= timedelta(days=1)  # before the page that the walk has come to

    kiosk.world.advance(60)
    platform.requests.clear()
    calls = iter([None, None])
    platform.next_fault = lambda what: next(calls, None) or meanwhile(what)
    kiosk.round(full=True)
    assert "late" in kiosk.held()


def test_a_template_that_is_gone_does_not_keep_the_others(kiosk, platform, monkeypatch):
    fill(platform, 30)
    monkeypatch.setattr(platform, "streams", lambda: ["gone", "tpl"])
    platform.next_fault = script([fails(PlatformKind.NOT_FOUND)], "page")
    report = kiosk.round()
    assert report.trouble == "platform_not_found"
    assert kiosk.differences() == EVEN


def test_a_stop_ends_the_walk_at_the_next_page(kiosk, platform):
    platform.page_size = 10
    fill(platform, 100)
    kiosk.stopped = True
    assert kiosk.round().trouble == "stopped"
    assert platform.requests.count("page") == 1
    kiosk.stopped = False
    assert kiosk.round().even


def test_a_pass_known_nowhere_else_stays_out(kiosk, store):
    with store.cache_reader() as reader:
        assert reader.get(PassKey("sim", "nobody")) is None
