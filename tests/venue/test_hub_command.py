"""`scanner-app hub` as an installer uses it, against real servers."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import itertools
import json
import os
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nats
import pytest
from nats.errors import Error as NatsError
from support.venue_kit import until

from scanner_app import settings as settings_file
from scanner_app.cli import main
from scanner_app.commands import hub as command
from scanner_app.commands import hub_rule
from scanner_app.commands.output import Exit
from scanner_app.venue import hub_admin, hub_folder
from scanner_app.venue.link import Enrolment
from scanner_app.venue.page_feed import PageFeed
from scanner_app.venue.rule import SPACE, part


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on just now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def hub_process(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `scanner-app hub` as an installer does."""
    command = [sys.executable, "-m", "scanner_app", "hub", words[0], "--data-dir", str(folder), *words[1:]]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def hub(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the same command line in this process: a process of its own takes a second, asked again and again."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main(["hub", words[0], "--data-dir", str(folder), *words[1:]])
    return subprocess.CompletedProcess(words, status, out.getvalue(), err.getvalue())


@contextlib.contextmanager
def running(folder: Path, *words: str) -> Iterator[dict[str, Any]]:
    """`hub run`, ended by SIGTERM."""
    command = [sys.executable, "-m", "scanner_app", "hub", "run", "--data-dir", str(folder), "--json", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield json.loads(server.stdout.readline())
        finally:
            server.send_signal(signal.SIGTERM)
            assert server.wait(30) == 0


def test_a_hub_that_does_not_stop_is_ended_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    servers = [subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE) for _ in range(2)]
    for server in servers:
        assert server.stdout is not None
        server.stdout.readline()
        server.stdout.close()
    monkeypatch.setattr(command, "STOP_SECONDS", 0.1)
    try:
        command._end(servers)
        assert [server.poll() for server in servers] == [-signal.SIGKILL] * 2
    finally:
        for server in servers:
            server.kill()
            server.wait()


async def scribble(enrolment: dict[str, Any]) -> None:
    """Write something that is no record, as an enrolled kiosk may."""
    context = ssl.create_default_context(cadata=enrolment["ca"])
    inbox = f"_INBOX_{enrolment['kiosk']}"
    client = await nats.connect(
        enrolment["hubs"], tls=context, nkeys_seed_str=enrolment["seed"], inbox_prefix=inbox.encode()
    )
    await client.request("r.a.b.1", b"scribble", timeout=5)
    await client.close()


async def everywhere(folder: Path) -> list[list[str]]:
    """What each hub holds, each made leader in turn, as the installer reads it."""
    venue = hub_folder.load(folder / "hub")
    seen: dict[str, list[str]] = {}
    while len(seen) < len(venue.boxes):
        client = await hub_admin.connect(venue)
        try:
            info = await client.jetstream(timeout=5).stream_info("RED")
            leader = info.cluster.leader if info.cluster else None
            if leader:
                last = info.state.last_seq
                messages = [await client.jetstream(timeout=5).get_msg("RED", seq=n + 1) for n in range(last)]
                seen[leader] = [str(message.subject) for message in messages]
            await client.request("$JS.API.STREAM.LEADER.STEPDOWN.RED", b"", timeout=5)
        except NatsError:
            await asyncio.sleep(0.2)
        finally:
            await client.close()
    return list(seen.values())


def hosts(count: int) -> list[str]:
    ports = free_ports(2 * count)
    pairs = zip(ports[::2], ports[1::2], strict=True)
    return [word for port, route in pairs for word in ("--hub", f"127.0.0.1:{port}:{route}")]


@pytest.mark.parametrize(("count", "hub"), [(1, hub_process), (3, hub)], ids=["1", "3"])
def test_from_nothing_to_a_hub_that_answers(
    tmp_path: Path, count: int, hub: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    assert hub(tmp_path, "init", *hosts(count)).returncode == 0
    with running(tmp_path) as told:
        assert len(told["running"]) == count
        status = json.loads(hub(tmp_path, "status", "--json").stdout)
        assert (status["reachable"], status["copies"], status["server"]) == (True, count, "2.15.1")
        written = tmp_path / "door.json"
        assert hub(tmp_path, "enrol", "door-1", "--out", str(written)).returncode == 0
        assert stat.S_IMODE(written.stat().st_mode) == 0o600
        enrolment = json.loads(written.read_text())
        assert (enrolment["kiosk"], len(enrolment["hubs"])) == ("door-1", count)
        second = json.loads(hub(tmp_path, "enrol", "door-2", "--out", str(written), "--json").stdout)
        assert second["in_roster"] is True
        audit = hub(tmp_path, "audit", "--json")
        assert (audit.returncode, json.loads(audit.stdout)["doubted"]) == (0, 0)
        asyncio.run(scribble(enrolment))
        audit = hub(tmp_path, "audit", "--json")
        assert audit.returncode == 3
        (found,) = json.loads(audit.stdout)["listed"]
        assert (found["subject"], found["why"]) == ("r.a.b.1", "no_record")
        gone = json.loads(hub(tmp_path, "revoke", "door-1", "--json").stdout)
        assert (gone["hubs_reloaded"], gone["hubs_told"]) == (count, True)
        if count == 3:  # the two others go on: what three are for
            os.kill(hub_folder.hub_pid(tmp_path / "hub" / told["running"][0]), signal.SIGKILL)
            until(lambda: len(hub_folder.running(tmp_path / "hub", hub_folder.load(tmp_path / "hub"))) == 2, 10)
            until(lambda: json.loads(hub(tmp_path, "status", "--json").stdout)["reachable"], 30)
    assert json.loads(hub(tmp_path, "status", "--json").stdout)["reachable"] is False


def test_one_hub_becomes_three_on_boxes_of_their_own_and_the_kiosks_of_before_learn_of_them(tmp_path: Path) -> None:
    assert hub(tmp_path, "init", *hosts(1)).returncode == 0
    written = tmp_path / "door.json"
    with running(tmp_path):
        assert hub(tmp_path, "enrol", "door-1", "--out", str(written)).returncode == 0
        asyncio.run(scribble(json.loads(written.read_text())))
    told = json.loads(hub(tmp_path, "grow", "--json", *hosts(2)).stdout.splitlines()[-1])
    assert told["records_kept"] == 1
    with contextlib.ExitStack() as boxes:
        # Each box has its own folder and nothing of the installer's.
        for name in ("hub1", "hub2", "hub3"):
            box = tmp_path / f"box of {name}"
            shutil.copytree(tmp_path / "hub" / name, box)
            alone = boxes.enter_context(running(tmp_path / "none", "--folder", str(box)))
            assert alone["running"] == [name]
        status: dict[str, Any] = {}

        def widened() -> bool:  # three hubs just started elect a leader first: up to 9 s (venue.md, 5)
            status.update(json.loads(hub(tmp_path, "status", "--json").stdout))
            return status["reachable"] and status["copies"] == 3 and not status["to_tell"]

        until(widened, 60)
        found = asyncio.run(everywhere(tmp_path))
        assert len(found) == 3
        assert found[0] == found[1] == found[2], "every hub holds the same under the same number"
        assert [where[0] for where in found[0]] == ["k", "r", "k"], "what was before comes before the doors open"
        assert learnt(json.loads(written.read_text()), tmp_path) == status["hubs"]
        assert_boxes_follow(tmp_path)


def assert_boxes_follow(folder: Path) -> None:
    """A kiosk enrolled, and one shut out, where the installer is: each box takes it over by itself."""
    users = [folder / f"box of {name}" / "users.conf" for name in ("hub1", "hub2", "hub3")]
    written = folder / "late.json"
    assert json.loads(hub(folder, "enrol", "door-2", "--out", str(written), "--json").stdout)["in_roster"]
    until(lambda: all("_INBOX_door-2." in each.read_text() for each in users), 30)
    enrolment = json.loads(written.read_text())
    for address in enrolment["hubs"]:
        until(lambda address=address: may_talk(enrolment, address), 30)
    assert json.loads(hub(folder, "revoke", "door-2", "--json").stdout)["hubs_told"]
    for address in enrolment["hubs"]:
        until(lambda address=address: not may_talk(enrolment, address), 30)
    assert all("_INBOX_door-1." in each.read_text() for each in users)


def may_talk(enrolment: dict[str, Any], address: str) -> bool:
    """Whether one hub takes a kiosk's login."""

    async def log_in() -> None:
        context = ssl.create_default_context(cadata=enrolment["ca"])
        client = await nats.connect(
            address, tls=context, nkeys_seed_str=enrolment["seed"], allow_reconnect=False, max_reconnect_attempts=1
        )
        await client.close()

    try:
        asyncio.run(log_in())
    except (NatsError, OSError):  # the hub says why, or has hung up by then
        return False
    return True


def learnt(enrolment: dict[str, Any], folder: Path) -> list[str]:
    """Where a kiosk of before the venue grew looks for hubs, once it has followed the stream, and when started anew."""
    kept = {**enrolment, "hubs": tuple(enrolment["hubs"]), "hash_key": bytes.fromhex(enrolment["hash_key"])}
    assert len(enrolment["hubs"]) == 1
    feed = PageFeed(Enrolment(**kept), folder)
    feed.start()
    until(lambda: len(feed._link._hubs) == 3)
    until(lambda: feed._follower.caught_up)
    assert feed.stop()
    again = PageFeed(Enrolment(**kept), folder)
    known = [f"tls://{address.removeprefix('tls://')}" for address in again._link._hubs]
    again._book.close()
    return known


def test_what_cannot_be(tmp_path: Path) -> None:
    for words in (["init", *hosts(2)], ["init", "--venue", "no such name!"], ["status"], ["revoke", "nobody"]):
        done = hub_process(tmp_path, *words)
        assert done.returncode == 3, done.stderr
        assert "Traceback" not in done.stderr
    assert hub_process(tmp_path, "init").returncode == 0
    assert hub_process(tmp_path, "init").returncode == 3, "never over an existing venue"
    assert hub_process(tmp_path, "enrol", "../x").returncode == 3


def test_secrets_are_for_the_owner_only(tmp_path: Path) -> None:
    assert hub(tmp_path, "init").returncode == 0
    for path in (tmp_path / "hub").rglob("*"):
        if path.is_file():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert os.access(tmp_path / "hub", os.R_OK)


def test_a_kiosk_joins_by_the_picture_of_its_enrolment(tmp_path: Path) -> None:
    hub(tmp_path / "venue", "init", "--hub", f"127.0.0.1:{free_ports(1)[0]}")
    picture = tmp_path / "door-1.png"
    hub(tmp_path / "venue", "enrol", "door-1", "--qr", str(picture))
    joined = hub(tmp_path / "kiosk", "join", str(picture), "--rule", "closed", "--json")
    assert joined.returncode == 0, joined.stderr
    assert json.loads(joined.stdout)["kiosk"] == "door-1"
    picture.write_bytes(picture.read_bytes()[:200])
    assert hub(tmp_path / "other", "join", str(picture), "--json").returncode == Exit.TROUBLE


def test_the_rule_of_a_kiosk_is_set_and_changed_without_joining_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def ask(folder: str, *words: str) -> dict[str, Any]:
        done = main(["--data-dir", str(tmp_path / folder), "hub", *words, "--json"])
        said = capsys.readouterr()
        return {"done": done, "error": said.err, **(json.loads(said.out) if said.out else {})}

    file = tmp_path / "door-1.json"
    ask("venue", "init", "--hub", f"127.0.0.1:{free_ports(1)[0]}")
    ask("venue", "enrol", "door-1", "--out", str(file))
    assert ask("kiosk", "rule", "open")["done"] == Exit.TROUBLE, "it did not join yet"
    assert "--share" in ask("kiosk", "join", str(file), "--rule", "reserved")["error"]
    joined = ask("kiosk", "join", str(file), "--rule", "reserved", "--share", "2/4")
    assert joined["share"] == "16384..32768 of 65536"
    ask("venue", "enrol", "door-1", "--out", str(file))
    assert ask("kiosk", "join", str(file), "--rule", "reserved")["share"] == joined["share"], "enrolled anew"
    file.unlink()
    changed = ask("kiosk", "rule", "open", "--guests", "50", "--minutes", "10", "--wait", "1.5")
    assert (changed["rule"], changed["guests"], changed["minutes"], changed["wait"]) == ("open", 50, 10.0, 1.5)
    assert ask("kiosk", "rule", "closed")["wait"] == 1.5
    kept = settings_file.load(tmp_path / "kiosk").venue
    assert kept is not None
    assert (kept.rule, kept.share, kept.cap_count, kept.deadline) == ("closed", (16384, 32768), 50, 1.5)


@pytest.mark.parametrize(
    "wrong", [("--share", "5/4"), ("--share", "x"), ("--guests", "-1"), ("--minutes", "nan"), ("--wait", "60")]
)
def test_a_rule_that_makes_no_sense_is_not_taken(wrong: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    hub_rule.add_rule_options(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(wrong)
    assert wrong[1] in capsys.readouterr().err


@pytest.mark.parametrize("doors", [1, 3, 4, 7])
def test_shares_of_all_doors_are_everything_and_nothing_twice(doors: int) -> None:
    shares = [part(number, doors) for number in range(1, doors + 1)]
    assert (shares[0][0], shares[-1][1]) == (0, SPACE)
    assert all(mine[1] == following[0] for mine, following in itertools.pairwise(shares))
