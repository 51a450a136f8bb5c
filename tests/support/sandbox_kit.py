"""A kiosk's outbox over a real store, the real Passcreator adapter and the sandbox, with waits that cost nothing."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta

from support.simulated_platform import Killed
from support.virtual_time import VirtualBell

from scanner_app.application.clock import SystemClock
from scanner_app.application.config import AccountConfig
from scanner_app.application.ids import new_id
from scanner_app.application.ports import Answer, Template
from scanner_app.application.reporting import plan
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.passes import Direction, IdentifierKind, Pass
from scanner_app.domain.place import Accepted, Place
from scanner_app.domain.scan import LocalUse, Operation, OperationState, Scan
from scanner_app.domain.verdict import Grade, Outcome, Reason, Verdict
from scanner_app.platforms.passcreator import PasscreatorPlatform
from scanner_app.sandbox.misbehave import Misbehaviour
from scanner_app.sandbox.server import Sandbox
from scanner_app.storage.store import Store
from scanner_app.sync.connectivity import Connectivity
from scanner_app.sync.download import Downloader
from scanner_app.sync.line import Line
from scanner_app.sync.upload import Uploader

FAULTS = (
    ("drop", 0.05),
    ("drop_after", 0.06),
    ("500", 0.04),
    ("503", 0.04),
    ("429", 0.04),
    ("html", 0.04),
    ("redirect", 0.02),
    ("truncated", 0.03),
    ("cut_body", 0.03),
    ("401", 0.01),
)


class HurriedTime:
    """Real time, and whatever was waited for on top of it, at no cost; the sandbox's clock follows."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.ahead = 0.0

    def advance(self, seconds: float) -> None:
        self.ahead += seconds
        self._sandbox.clock.offset = self.ahead

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead

    def clock(self) -> SystemClock:
        wall = lambda: datetime.now(UTC) + timedelta(seconds=self.ahead)  # noqa: E731
        return SystemClock(wall, self.monotonic, self.monotonic, runs_asleep=True)


class Mortal:
    """A platform during whose calls the program dies now and then, before or after they were heard."""

    def __init__(self, platform: PasscreatorPlatform, chance: random.Random, rate: float) -> None:
        self._platform, self._chance, self.rate = platform, chance, rate

    def __getattr__(self, name: str) -> object:
        return getattr(self._platform, name)

    def deliver(self, operation: Operation, *, may_have_arrived: bool) -> Answer:
        roll = self._chance.random()
        if roll < self.rate / 2:
            raise Killed
        answer = self._platform.deliver(operation, may_have_arrived=may_have_arrived)
        if roll < self.rate:
            raise Killed
        return answer


class Gate:
    """One door on the sandbox's first app configuration."""

    def __init__(self, sandbox: Sandbox, store: Store, chance: random.Random, deaths: float = 0.0) -> None:
        self.sandbox, self.store, self.chance = sandbox, store, chance
        info = sandbox.info
        self.account = sandbox.accounts["passcreator"]
        self.door = info["app_configurations"][0]
        templates = (Template(self.door["template"], "festival"),)
        self.config = AccountConfig("acc", "passcreator", info["base_url"], templates, zone="Europe/Berlin")
        self.platform = PasscreatorPlatform(self.config, self.account.api_key)
        self.mortal = Mortal(self.platform, chance, deaths)
        accepted = Accepted("acc", door=self.door["id"], place=self.door["place"], records=True)
        self.place = Place(self.door["place"], (accepted,))
        self.time = HurriedTime(sandbox)
        self.clock = self.time.clock()
        self.restart()

    def restart(self) -> None:
        connectivity = Connectivity("acc", self.mortal.check, self.clock, self.chance)
        self.line = Line(self.config, self.mortal, self.store, self.clock, connectivity)
        self.downloader = Downloader(self.line)
        self.uploader = Uploader(
            self.line, self.downloader.watch, lanes=1, bell=VirtualBell(self.time), chance=self.chance
        )

    def guests(self, count: int) -> list[dict[str, object]]:
        """Return good passes of this door that nobody has used."""
        sql = (
            "SELECT identifier, barcode FROM pc_pass WHERE template = ? AND voided = 0 AND redeemed = 0"
            " AND used_json IN ('{}', '[]') AND eligible_json = '[]' AND expires IS NULL LIMIT ?"
        )
        return self.account.store.rows(sql, [self.door["template"], count])

    def admit(self, guest: dict[str, object]) -> None:
        """Admit a guest as the presenter does."""
        moment, scan_id, barcode = self.clock.now(), new_id(), str(guest["barcode"])
        identifiers = {IdentifierKind.BARCODE: barcode}
        subject = Pass("acc", "passcreator", str(guest["identifier"]), self.door["template"], identifiers=identifiers)
        verdict = Verdict(Outcome.ADMIT, Reason.ADMIT, Grade.PENDING, subject, records_use=True, spends=True)
        scan = Scan(scan_id, moment, "gate 1", self.place.name, Credential(barcode, Symbology.QR), verdict)
        use = LocalUse(scan_id, self.door["place"], moment.trusted, Direction.ENTRY)
        operations = plan(scan, self.place, {"acc": self.platform.tenant})
        self.store.ledger(lambda tx: tx.record(scan, use, operations))

    def misbehave(self, rate: float = 1.0) -> None:
        """Have the sandbox fail in every way it knows, so often."""
        self.account.misbehaviours.faults[:] = [
            Misbehaviour("* /api/*", kind, share * rate, retry_after=3.0 if kind == "429" else None)
            for kind, share in FAULTS
        ]

    def behave(self) -> None:
        self.account.misbehaviours.faults.clear()
        self.mortal.rate = 0.0

    def drain(self, seconds: float) -> bool:
        """Drain for a while; return False when the program died in the middle and was started anew."""
        try:
            self.uploader.drain(seconds)
        except Killed:
            self.restart()
            return False
        return True

    def run(self, count: int) -> None:
        """Admit guests on a bad day, deliver, and check that the sandbox holds exactly what was done."""
        guests = self.guests(count)
        assert len(guests) == count
        self.misbehave()
        for guest in guests:
            self.admit(guest)
            if self.chance.random() < 0.3:
                self.drain(self.chance.uniform(1.0, 30.0))
            self.time.advance(2.0)
        self.behave()
        for _ in range(20):
            if self.drain(600.0) and not self.counts().get(OperationState.PENDING):
                break
            self.time.advance(300.0)
        self.check(guests)

    def check(self, guests: list[dict[str, object]]) -> None:
        rows = self.account.store.rows
        scans = rows("SELECT barcode, count(*) AS n FROM pc_scan WHERE device = 'gate 1' GROUP BY barcode")
        assert {s["barcode"]: s["n"] for s in scans} == {str(g["barcode"]): 1 for g in guests}
        void = {r["identifier"] for r in rows("SELECT identifier FROM pc_pass WHERE voided = 1")}
        assert {g["identifier"] for g in guests} <= void
        assert self.counts() == {OperationState.SENT: 2 * len(guests)}
        with self.store.ledger_reader() as reader:
            assert not reader.conflicts()

    def counts(self) -> dict[OperationState, int]:
        with self.store.ledger_reader() as reader:
            return dict(reader.outbox_counts())

    def close(self) -> None:
        self.platform.close()
