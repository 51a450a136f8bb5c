"""Three real hubs that are killed, paused and started while every pass is claimed at two doors at once."""

import asyncio
import contextlib
import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict

import pytest
from nats.js.api import ConsumerConfig
from support import venue_net, venue_power
from support.storage_kit import ACCOUNT
from support.venue_door import a_claim, kiosks
from support.venue_kit import HASH_KEY, Venue, until, venue

from scanner_app import venue_demo
from scanner_app.application.hub import ClaimEnd
from scanner_app.domain.passes import PassKey
from scanner_app.domain.verdict import Reason
from scanner_app.sandbox.server import Sandbox
from scanner_app.venue.asking import HubUnreachable
from scanner_app.venue.claims import Protocol
from scanner_app.venue.link import HubLink
from scanner_app.venue.records import decode, slot_subject
from scanner_app.venue.roster import is_roster
from scanner_app.venue.rule import HybridClock

KIOSKS = [f"kiosk-{n:02d}" for n in range(1, 9)]
TRY_SECONDS = 2.0
CUT_SECONDS = 14.0
POWER_SECONDS = 8.0


def say(text):
    """Figures for whoever runs with -s."""
    sys.stdout.write(f"\n{text}\n")


class Doors:
    """Pairs of doors, each pair claiming the same passes; what each was told."""

    def __init__(self, made):
        self.links = {}
        for name in KIOSKS:
            link = HubLink(made.enrolment(name))
            link.start()
            self.links[name] = (link, Protocol(link, made.enrolment(name), HybridClock(name).stamp, made.trust()))
        self.granted, self.taken = defaultdict(set), defaultdict(set)
        self.attempts = self.undecided = 0
        self.longest = 0.0
        self.lock, self._stop = threading.Lock(), threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(n, KIOSKS[n % 8]), name=f"door {n}") for n in range(16)
        ]

    def start(self):
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(120)
        assert not any(t.is_alive() for t in self._threads)
        self.stop_links()

    def more(self, count):
        """Wait until so many more were granted."""
        enough = len(self.granted) + count
        until(lambda: len(self.granted) > enough, 90, "claims go on")

    def give_up(self):
        """End without an answer to what is being asked."""
        self._stop.set()
        self.stop_links()
        for thread in self._threads:
            thread.join(60)
        assert not any(t.is_alive() for t in self._threads)

    def stop_links(self):
        assert all(link.stop() for link, _ in self.links.values())

    def _work(self, number, name):
        link, protocol = self.links[name]
        turn = 0
        while not self._stop.is_set():
            uid = f"pair{number // 2}-{turn}"
            turn += 1
            claim, began = a_claim(uid), time.monotonic()
            answer = None
            while answer is None or answer.end is ClaimEnd.UNDECIDED:
                if self._stop.is_set() and not self.links[name][0].is_up:
                    return
                with self.lock:
                    self.attempts += 1
                    self.undecided += answer is not None
                try:
                    answer = link.call(protocol.claim(claim, TRY_SECONDS), TRY_SECONDS + 5.0)
                except (HubUnreachable, TimeoutError):
                    continue
            with self.lock:
                self.longest = max(self.longest, time.monotonic() - began)
                if answer.end is ClaimEnd.GRANTED:
                    self.granted[uid].add(claim.claim_id)
                else:
                    self.taken[uid].add((claim.claim_id, answer.winner.claim_id))


def stored(made):
    """Every subject of the stream and the id of the record that holds it."""

    async def read(client):
        js = client.jetstream(timeout=10)
        last = (await js.stream_info("RED")).state.last_seq
        queue = asyncio.Queue()
        await js.subscribe("", stream="RED", cb=queue.put, ordered_consumer=True, config=ConsumerConfig())
        found, sequence = {}, 0
        while sequence < last:
            message = await asyncio.wait_for(queue.get(), 20)
            sequence = message.metadata.sequence.stream
            if not is_roster(message.subject):
                found[message.subject] = decode(message.data).claim_id
        return found

    return made.as_admin(read, 60.0)


def check(made, doors):
    """Nothing acknowledged is lost, nobody was admitted twice, nobody was refused for nothing."""
    held = stored(made)
    where = {
        uid: slot_subject(HASH_KEY, PassKey(ACCOUNT, uid), "main-door", "", 1) for uid in {*doors.granted, *doors.taken}
    }
    lost = [uid for uid, ids in doors.granted.items() if held.get(where[uid]) not in ids]
    double = [uid for uid, ids in doors.granted.items() if len(ids) > 1]
    false = [uid for uid, told in doors.taken.items() for _, winner in told if held.get(where[uid]) != winner]
    figures = {
        "granted": len(doors.granted),
        "refused": sum(len(told) for told in doors.taken.values()),
        "attempts": doors.attempts,
        "undecided": doors.undecided,
        "longest_wait_s": round(doors.longest, 2),
        "lost": len(lost),
        "double": len(double),
        "false_refusals": len(false),
    }
    say(json.dumps(figures))
    assert (lost, double, false) == ([], [], [])
    assert doors.granted
    return figures


def trouble(made, chance, seconds):
    """Kill, pause and stop hubs at random; all are up again at the end."""
    end = time.monotonic() + seconds
    names = [box.name for box in made.boxes]
    quiet = threading.Event()
    while time.monotonic() < end:
        what = chance.choice(("kill", "kill leader", "pause", "term", "all"))
        name = chance.choice(names)
        if what == "all":
            made.kill()
            quiet.wait(2.0)
            made.start()
        elif what == "pause":
            made.signal(name, signal.SIGSTOP)
            quiet.wait(chance.uniform(3.0, 8.0))
            made.signal(name, signal.SIGCONT)
        else:
            name = made.leader() if what == "kill leader" else name
            if what == "term":
                made.signal(name, signal.SIGTERM)
                made.processes[name].wait(30)
            made.kill(name)
            quiet.wait(chance.uniform(0.5, 4.0))
            made.start(name)
        quiet.wait(chance.uniform(6.0, 10.0))


def test_the_leader_is_killed_in_a_line_of_claims(tmp_path):
    with venue(tmp_path, 3, KIOSKS) as made:
        doors = Doors(made)
        doors.start()
        until(lambda: len(doors.granted) > 50, 60)
        before = len(doors.granted)
        leader = made.leader()
        made.kill(leader)
        until(lambda: len(doors.granted) > before + 200, 60, "claims go on after the leader's death")
        made.start(leader)
        doors.stop()
        assert check(made, doors)["longest_wait_s"] < 30


def test_guests_wait_no_longer_than_the_deadline_and_the_rule_is_said(tmp_path):
    with (
        venue(tmp_path / "hubs", 3, KIOSKS) as made,
        kiosks(made, tmp_path, KIOSKS[:2], rule="closed", deadline=2.0) as (first, second),
    ):
        for kiosk in (first, second):
            kiosk.load(2000)
            until(lambda kiosk=kiosk: kiosk.hub.state().connected)
        assert first.show(0).scan.verdict.admits
        made.kill(made.leader())
        waits, reasons, number = [], [], 1
        while not (reasons and reasons[-1] is Reason.ADMIT and number > 3):
            began = time.monotonic()
            verdict = first.show(number).scan.verdict
            waits.append(time.monotonic() - began)
            reasons.append(verdict.reason)
            if verdict.reason is Reason.HUB_UNDECIDED:
                assert verdict.detail["rule"] == "closed"
            number += 1
            assert number < 100
        say(json.dumps({"longest_wait_s": round(max(waits), 2), "undecided": reasons.count(Reason.HUB_UNDECIDED)}))
        assert max(waits) < 2.0 + 1.0
        until(lambda: len(second.uses(number - 1)) == 1, 30)


@pytest.mark.faults
@pytest.mark.timeout(300)
@pytest.mark.skipif(bool(venue_net.why_not()), reason=venue_net.why_not() or "namespaces")
def test_the_leader_is_cut_from_the_others_while_kiosks_still_reach_it(tmp_path):
    with venue_net.cable_venue(tmp_path, KIOSKS) as made:
        doors = Doors(made)
        doors.start()
        for _ in range(2):
            doors.more(50)
            leader = made.leader()
            made.pull(leader, "peers")
            doors.more(200)  # at another leader
            threading.Event().wait(CUT_SECONDS)
            made.pull(leader, "peers", out=False)
            doors.more(50)
        doors.stop()
        assert check(made, doors)["longest_wait_s"] < 40


@pytest.mark.faults
@pytest.mark.timeout(300)
@pytest.mark.skipif(bool(venue_net.why_not()), reason=venue_net.why_not() or "namespaces")
def test_kiosks_are_cut_from_the_hubs_and_go_by_their_rule(tmp_path):
    with (
        venue_net.cable_venue(tmp_path / "hubs", KIOSKS) as made,
        kiosks(made, tmp_path, KIOSKS[:1], rule="open", deadline=1.0) as (first,),
        kiosks(made, tmp_path, KIOSKS[1:2], rule="open", deadline=1.0) as (second,),
    ):
        for kiosk in (first, second):
            kiosk.load(50)
            until(lambda kiosk=kiosk: kiosk.hub.state().connected)
        assert first.show(0).scan.verdict.admits
        until(lambda: len(second.uses(0)) == 1)
        for box in made.boxes:
            made.pull(box.name, "kiosks")
        waits, both = [], range(1, 9)
        for number in both:  # each pass at both doors, which cannot know of each other
            for kiosk in (first, second):
                began = time.monotonic()
                verdict = kiosk.show(number).scan.verdict
                waits.append(time.monotonic() - began)
                assert (verdict.admits, verdict.detail["rule"]) == (True, "open")
        assert second.show(0).scan.verdict.reason is Reason.ALREADY_USED
        for box in made.boxes:
            made.pull(box.name, "kiosks", out=False)
        for kiosk in (first, second):
            until(lambda kiosk=kiosk: len(kiosk.conflicts()) == len(both), 90, "every one reported at every door")
            until(lambda kiosk=kiosk: kiosk.hub.view().twice_count == len(both), 30, "and at the supervisor")
            until(lambda kiosk=kiosk: kiosk.hub.state().provisional == 0, 30)
        say(json.dumps({"admitted_twice": len(both), "reported": len(first.conflicts()), "longest_wait_s": max(waits)}))
        assert max(waits) < 1.0 + 1.0


@pytest.mark.faults
@pytest.mark.timeout(300)
@pytest.mark.parametrize("count", [1, 3])
def test_the_power_of_all_hubs_is_cut(tmp_path, count):
    if reason := venue_power.why_not(tmp_path):
        pytest.skip(reason)
    assert power_cut(tmp_path, count) == 0


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_without_syncing_always_a_power_cut_loses_claims_so_the_trial_sees_it(tmp_path):
    if reason := venue_power.why_not(tmp_path):
        pytest.skip(reason)
    assert power_cut(tmp_path, 1, sync="sync_interval: 2m") > 0


def power_cut(folder, count, sync=""):
    """Claims at all doors, SIGKILL to all hubs, what had not reached the disks gone; return how many were lost."""
    made = Venue(folder / "hubs", count, KIOSKS)
    if sync:
        for box in made.boxes:
            conf = folder / "hubs" / box.name / "hub.conf"
            conf.write_text(conf.read_text().replace("sync_interval: always", sync))
    stores = [folder / "hubs" / box.name / "store" for box in made.boxes]
    with venue_power.disks(stores) as disks, venue(folder / "hubs", count, KIOSKS, made=made):
        doors = Doors(made)
        doors.start()
        until(lambda: len(doors.granted) > 50, 60)
        threading.Event().wait(POWER_SECONDS)
        made.kill()
        with doors.lock:
            acknowledged = {uid: set(ids) for uid, ids in doors.granted.items()}
        doors.give_up()
        for disk in disks:
            disk.cut()
        made.start()
        with contextlib.suppress(Exception):
            made.make_stream()
        held = stored(made)
        where = {uid: slot_subject(HASH_KEY, PassKey(ACCOUNT, uid), "main-door", "", 1) for uid in acknowledged}
        lost = sum(held.get(where[uid]) not in ids for uid, ids in acknowledged.items())
        say(json.dumps({"hubs": count, "sync": sync or "always", "acknowledged": len(acknowledged), "lost": lost}))
        made.kill()
        return lost


@pytest.mark.faults
@pytest.mark.timeout(900)
def test_random_faults_for_two_hundred_seconds(tmp_path):
    seed = random.SystemRandom().randrange(1 << 30)
    say(f"seed {seed}")
    with venue(tmp_path, 3, KIOSKS) as made:
        doors = Doors(made)
        doors.start()
        trouble(made, random.Random(seed), 200.0)
        until(lambda: len(made.processes) == 3)
        doors.stop()
        check(made, doors)


@pytest.mark.faults
@pytest.mark.timeout(900)
def test_three_entries_at_forty_doors_thirty_times_while_the_leader_dies(tmp_path):
    with venue(tmp_path, 3, KIOSKS) as made:
        doors = Doors(made)
        try:
            for turn in range(30):
                answers = []

                def enter(n, uid=f"multi-{turn}", answers=answers):
                    link, protocol = doors.links[KIOSKS[n % 8]]
                    claim, end = a_claim(uid, allowed=3), ClaimEnd.UNDECIDED
                    while end is ClaimEnd.UNDECIDED:
                        with contextlib.suppress(HubUnreachable, TimeoutError):
                            end = link.call(protocol.claim(claim, 10.0), 12.0).end
                    answers.append(end)

                threads = [threading.Thread(target=enter, args=(n,)) for n in range(40)]
                for thread in threads:
                    thread.start()
                if turn % 10 == 5:
                    leader = made.leader()
                    made.kill(leader)
                    made.start(leader)
                for thread in threads:
                    thread.join(90)
                assert answers.count(ClaimEnd.GRANTED) == 3
                assert len(answers) == 40
        finally:
            doors.stop_links()


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_the_demo_of_a_venue_ends_with_books_that_agree():
    command = [sys.executable, "-m", "scanner_app.venue_demo", "--guests", "20"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    say(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr


def listed(folder):
    """The conflicts that a door's own command lists."""
    command = [sys.executable, "-m", "scanner_app", "conflicts", "--data-dir", str(folder), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_admitted_at_two_doors_alone_is_known_at_both_and_at_the_platform(tmp_path):
    """Real doors as processes, a real platform by HTTP: every hub is dead, the internet is not."""
    doors = venue_demo.DOORS[:2]
    with Sandbox(passes=60) as sandbox, contextlib.ExitStack() as ends:
        hubs = venue_demo.Hubs(tmp_path / "hub")
        hubs.start()
        ends.callback(hubs.kill)
        hubs.make_stream()
        for door in doors:
            venue_demo.prepare(tmp_path / door, sandbox, hubs, door, "open")
        venue_demo.load(tmp_path, doors)
        guests = venue_demo.unused(sandbox, 8)
        hubs.kill()
        place = sandbox.info["app_configurations"][0]["place"]
        lines = [venue_demo.DoorLine(d, tmp_path / d, place, guests, tmp_path / f"{d}.log") for d in doors]
        for line in lines:
            ends.callback(line.close)
            line.open()
        for line in lines:
            line.wait()
            assert line.admitted() == guests, line.reasons()
        hubs.start()
        store = sandbox.accounts["passcreator"].store
        codes = {str(row["barcode"]): str(row["identifier"]) for row in store.rows("SELECT * FROM pc_pass", [])}
        twice = sorted(codes[guest] for guest in guests)

        def told():
            scans = Counter(str(row["pass"]) for row in store.rows("SELECT pass FROM pc_scan", []))
            return sorted(uid for uid, count in scans.items() if count >= 2)

        until(lambda: told() == twice, 60, "both uses of every pass are at the platform")
        for door in doors:
            over = [row["pass"]["uid"] for row in waited(tmp_path / door, len(guests))]
            assert sorted(over) == twice, "and both doors list every one"
        say(
            json.dumps({"admitted_twice": len(twice), "at_the_platform": len(told()), "listed_at_each_door": len(over)})
        )


def waited(folder, count):
    """The over-admissions of a door, once there are so many."""
    found = []

    def enough():
        found[:] = [row for row in listed(folder) if row["state"] == "over_admission"]
        return len(found) >= count

    until(enough, 90, "over-admissions are listed")
    return found
