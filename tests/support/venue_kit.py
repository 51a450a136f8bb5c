"""Real nats-server processes on loopback, configured as the program configures a venue's hubs, and kiosks for them."""

import asyncio
import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from nats.aio.client import Client
from support.storage_kit import ACCOUNT

from scanner_app.application.hub import RecordKind, VenueRecord
from scanner_app.application.ids import new_id
from scanner_app.venue import hub_admin, keys, roster
from scanner_app.venue.certificates import new_ca, new_hub
from scanner_app.venue.link import Enrolment
from scanner_app.venue.records import decode, encode, subject
from scanner_app.venue.roster import Roster
from scanner_app.venue.server_config import HubBox, hub_config, users_config
from scanner_app.venue.trust import Trust

HASH_KEY = bytes(range(32))


def a_record(kiosk: str, uid: str) -> VenueRecord:
    """A first use of a pass, as a kiosk's door has it committed."""
    claim_id, now = new_id(), datetime.now(UTC)
    return VenueRecord(RecordKind.CLAIM, claim_id, kiosk, "main-door", ACCOUNT, uid, 1, now, detail={"door": "Main"})


SERVER = Path(sys.executable).parent / "nats-server"


def until(true: Callable[[], bool], seconds: float = 20.0, what: str = "") -> None:
    """Wait for a fact; fail when it does not come about."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what or true}")
        time.sleep(0.01)


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


class Venue:
    """One hub or three, and the identities of the kiosks that may use them."""

    def __init__(self, folder: Path, count: int, kiosks: list[str]) -> None:
        self.folder = folder
        self.ca, self._ca_key = new_ca("Test")
        self.admin = keys.new_seed()
        self.pages: dict[str, str] = {}
        self.seeds = {name: keys.new_seed() for name in kiosks}
        ports = free_ports(2 * count)
        self.boxes = [self.box(i + 1, ports[2 * i], ports[2 * i + 1]) for i in range(count)]
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        for box in self.boxes:
            home = folder / box.name
            home.mkdir(parents=True)
            certificate, key = new_hub(self.ca, self._ca_key, sorted({box.host, self.routes(box).host}))
            (home / "ca.pem").write_text(self.ca)
            (home / "hub.pem").write_text(certificate)
            (home / "hub.key").write_text(key)
            listen = "127.0.0.1" if box.host == "127.0.0.1" else "0.0.0.0"  # noqa: S104 - in a namespace
            others = [self.routes(each) for each in self.boxes]
            (home / "hub.conf").write_text(hub_config(box, others, str(home), listen=listen))
        self.write_users()

    def box(self, number: int, port: int, route: int) -> HubBox:
        return HubBox(f"hub{number}", "127.0.0.1", port, route)

    def routes(self, box: HubBox) -> HubBox:
        """A hub as the others reach it."""
        return box

    def command(self, box: HubBox) -> list[str]:
        """What starts a hub, but for its configuration."""
        return [str(SERVER)]

    def write_users(self) -> None:
        users = users_config(
            keys.public_key(self.admin), {name: keys.public_key(seed) for name, seed in self.seeds.items()}, self.pages
        )
        for box in self.boxes:
            (self.folder / box.name / "users.conf").write_text(users)

    def revoke(self, kiosk: str) -> None:
        del self.seeds[kiosk]
        self.write_users()
        self.reload()

    def reload(self) -> None:
        for process in self.processes.values():
            process.send_signal(signal.SIGHUP)

    def start(self, *names: str) -> None:
        for box in self.boxes:
            if not names or box.name in names:
                conf = self.folder / box.name / "hub.conf"
                self.processes[box.name] = subprocess.Popen(
                    [*self.command(box), "-c", str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )

    def kill(self, *names: str) -> None:
        for name in names or tuple(self.processes):
            process = self.processes.pop(name)
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()

    def signal(self, name: str, which: signal.Signals) -> None:
        """Send a signal; a hub that is to stop has stopped when this returns.

        On a busy machine its other threads go on until the one that took the signal has had its turn.
        """
        self.processes[name].send_signal(which)
        if which is signal.SIGSTOP:
            os.waitid(os.P_PID, self.processes[name].pid, os.WSTOPPED | os.WNOWAIT)

    def make_stream(self) -> None:
        """Create the stream with the admin identity, as soon as the hubs agree on a leader."""
        self.as_admin(self._make_stream, 60.0)

    async def _make_stream(self, client: Client) -> None:
        await hub_admin.make_stream(client, len(self.boxes), self.roster())

    def roster(self) -> bytes:
        known = {name: [keys.public_key(seed)] for name, seed in self.seeds.items()}
        return roster.encode(known, self.admin)

    def trust(self) -> Trust:
        """Trust for who does not follow the stream: the keys of everybody, and nothing more to be read."""
        known = {name: [keys.public_key(seed)] for name, seed in self.seeds.items()}
        return Trust(Roster(known), HASH_KEY, lambda: 1 << 62)

    def leader(self) -> str:
        """The name of the stream's leader."""

        async def ask(client: Client) -> str:
            info = await client.jetstream(timeout=2.0).stream_info("RED")
            return info.cluster.leader if info.cluster and info.cluster.leader else self.boxes[0].name

        return self.as_admin(ask, 30.0)

    def as_admin(self, work, seconds: float = 20.0):
        """Run a coroutine function with an admin's client, again and again until it does not fail."""
        end = time.monotonic() + seconds
        while True:
            for name in list(self.processes):
                box = next(b for b in self.boxes if b.name == name)
                try:
                    return asyncio.run(self._with_client(box, self.admin, "_INBOX", work))
                except Exception:
                    if time.monotonic() > end:
                        raise
            time.sleep(0.1)

    def fill(self, kiosk: str, count: int) -> None:
        """Put so many claims of a kiosk into the stream, some hundreds at a time."""

        async def work(client: Client) -> None:
            waiting: set[asyncio.Future[object]] = set()
            for number in range(count):
                data = encode(a_record(kiosk, f"{kiosk}-{number}"), self.seeds[kiosk])
                where = subject(HASH_KEY, decode(data))
                waiting.add(asyncio.ensure_future(client.request(where, data, timeout=60)))
                if len(waiting) >= 500:
                    _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.gather(*waiting)

        self.as_admin(work, 900)

    def as_kiosk(self, seed: str, kiosk: str, work):
        """Run a coroutine function with a kiosk's own plain client."""
        return asyncio.run(self._with_client(self.boxes[0], seed, f"_INBOX_{kiosk}", work))

    async def _with_client(self, box: HubBox, seed: str, inbox: str, work):
        client = Client()

        async def quiet(_error: Exception) -> None:
            return

        try:
            await client.connect(
                f"tls://{box.host}:{box.port}",
                tls=ssl.create_default_context(cadata=self.ca),
                nkeys_seed_str=seed,
                inbox_prefix=inbox,
                allow_reconnect=False,
                error_cb=quiet,
            )
            return await work(client)
        finally:
            await client.close()

    def enrolment(self, kiosk: str, hubs: tuple[str, ...] = ()) -> Enrolment:
        addresses = hubs or tuple(f"{box.host}:{box.port}" for box in self.boxes)
        seed = self.seeds.get(kiosk) or keys.new_seed()
        return Enrolment("Test", kiosk, addresses, self.ca, seed, HASH_KEY, keys.public_key(self.admin))

    def address(self, name: str) -> str:
        return next(f"{b.host}:{b.port}" for b in self.boxes if b.name == name)


@contextlib.contextmanager
def venue(folder: Path, count: int, kiosks: list[str], made: Venue | None = None) -> Iterator[Venue]:
    """A running venue with its stream; every process has ended at the end."""
    made = made or Venue(folder, count, kiosks)
    made.start()
    try:
        made.make_stream()
        yield made
    finally:
        made.kill()


os.environ.setdefault("GOMAXPROCS", "2")
