"""The turnstile: opened after the commit, and an entry given back when nobody went through."""

from __future__ import annotations

import os
import queue
import select
import time
import tty
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hardware.relay import Relay, RelayProfile, switch_command
from scanner_app import settings as settings_file
from scanner_app.application.control import CorrectionReport
from scanner_app.application.devices import NO_PASSAGE
from scanner_app.application.events import Checking, Decided, Event, GateMoved, GateState, Notice, Overridden
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.domain.scan import Moment, Scan
from scanner_app.domain.verdict import Outcome, Reason, Verdict
from scanner_app.turnstile import Turnstile, Turnstiles, open_turnstile
from tests.e2e.conftest import Scene

PULSE = switch_command(1, on=True) + switch_command(1, on=False)


class Port:
    """A turnstile with a passage contact."""

    def __init__(self, *, walks: bool = True, broken: bool = False) -> None:
        self.contact, self.broken = walks, broken
        self.sent: list[bytes] = []

    def write(self, data: bytes) -> None:
        if self.broken:
            raise OSError(5, "Input/output error")
        self.sent.append(data)

    def close(self) -> None:
        self.sent.append(b"closed")


class Door:
    """What the turnstile does to the door."""

    def __init__(self, port: Port, trouble: str = "") -> None:
        self.undone: list[tuple[str, str, str]] = []
        self.told: queue.Queue[Event] = queue.Queue()
        self._trouble = trouble
        relay = Relay(RelayProfile("x", pulse=0.01, turn=0.1), lambda: port)
        self.gate: list[GateState] = []
        self.turnstile = Turnstile(relay, self._undo, self._tell)

    def _tell(self, event: Event) -> None:
        if isinstance(event, GateMoved):
            self.gate.append(event.state)
        else:
            self.told.put(event)

    def _undo(self, *words: str) -> CorrectionReport:
        self.undone.append(words)  # type: ignore[arg-type]
        return CorrectionReport(self._trouble)


def decided(outcome: Outcome = Outcome.ADMIT, *, records_use: bool = True, durable: bool = True) -> Decided:
    verdict = Verdict(outcome, Reason.ADMIT, records_use=records_use)
    moment = Moment(datetime(2026, 8, 14, tzinfo=UTC), 0.0)
    return Decided(Scan("scan-1", moment, "kiosk", "door", Credential("x", Symbology.QR), verdict), durable=durable)


def through(port: Port, *events: Event, trouble: str = "") -> Door:
    door = Door(port, trouble)
    door.turnstile.start()
    for event in events:
        door.turnstile.hear(event)
    assert door.turnstile.stop(5)
    return door


def test_one_pulse_for_each_recorded_use() -> None:
    port = Port()
    door = through(port, decided(), decided(Outcome.ATTENTION), Overridden("scan-2"))
    assert port.sent.count(switch_command(1, on=True)) == 3
    assert not door.undone
    assert door.told.empty()
    assert door.gate.count(GateState.OPEN) == 3


@pytest.mark.parametrize(
    "event",
    [
        decided(Outcome.REFUSE),
        decided(records_use=False),
        decided(durable=False),
        Checking(Credential("x", Symbology.QR)),
    ],
)
def test_nothing_else_opens(event: Event) -> None:
    port = Port()
    through(port, event)
    assert not port.sent


@pytest.mark.parametrize(
    ("trouble", "code", "gate"),
    [
        ("", "turnstile_not_turned", GateState.NOT_PASSED),
        ("undo_done_before", "turnstile_not_undone", GateState.FAILED),
    ],
)
def test_an_entry_nobody_took_is_given_back(trouble: str, code: str, gate: GateState) -> None:
    """That the way is free for another try is told once it is on disk, and not when it was not taken back."""
    door = Door(Port(walks=False), trouble)
    door.turnstile.start()
    door.turnstile.hear(decided())
    notice = door.told.get(timeout=5)
    assert isinstance(notice, Notice)
    assert notice.code == code
    assert door.undone == [("scan-1", "turnstile", "nobody went through")]
    assert door.gate == [GateState.OPEN, gate]
    assert door.turnstile.stop(5)


def test_a_failure_is_told_and_takes_nothing_back() -> None:
    door = through(Port(broken=True), decided())
    notice = door.told.get(timeout=5)
    assert isinstance(notice, Notice)
    assert notice.code == "relay_failed"
    assert door.gate == [GateState.OPEN, GateState.FAILED]
    assert not door.undone


def test_settings_without_and_with_a_wrong_relay() -> None:
    assert open_turnstile("", lambda *_: CorrectionReport(), lambda _: None) is None
    with pytest.raises(SettingsTrouble):
        open_turnstile("usb:1", lambda *_: CorrectionReport(), lambda _: None)


def test_a_gate_opens_for_the_admitted_only(scene: Scene, tmp_path: Path) -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    kept = settings_file.load(scene.folder)
    relay = f"serial:{os.ttyname(slave)}?pulse=0.05"
    settings_file.save(scene.folder, replace(kept, devices=replace(kept.devices, relay=relay)))
    line = scene.sandbox.guest_line()
    codes = "".join(g["barcode"] + "\n" for g in line)
    verdicts = scene.lines("gate", "--offline", "--place", scene.place, "--source", "-", "--json", text=codes)
    admitted = sum(v["outcome"] == "admit" for v in verdicts)
    assert admitted
    os.set_blocking(master, False)
    assert os.read(master, 4096) == PULSE * admitted
    os.close(master)
    os.close(slave)


def arrived(port: int, size: int) -> bytes:
    """What came through a port: `size` bytes, or fewer where five seconds pass first."""
    data, deadline = b"", time.monotonic() + 5
    while len(data) < size and select.select([port], [], [], max(0.0, deadline - time.monotonic()))[0]:
        data += os.read(port, 64)
    return data


@pytest.mark.parametrize(("walks", "says"), [(True, ""), (False, NO_PASSAGE)])
def test_a_try_tells_whether_the_contact_saw_anybody(walks: bool, says: str) -> None:
    door = Door(Port(walks=walks))
    door.turnstile.start()
    assert door.turnstile.open_once() == says
    assert door.turnstile.stop()


def test_the_turnstile_follows_the_settings_and_can_be_tried(tmp_path: Path) -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    told: list[Event] = []
    turnstiles = Turnstiles(lambda *_: CorrectionReport(), told.append)
    assert turnstiles.open_once()
    turnstiles.use("usb:1")
    assert [e.code for e in told if isinstance(e, Notice)] == ["relay_failed"]
    assert turnstiles.open_once() == "usb:1"
    turnstiles.use(f"serial:{tmp_path / 'none'}?pulse=0.05")
    assert turnstiles.open_once()
    turnstiles.use(f"serial:{os.ttyname(slave)}?pulse=0.05")
    assert turnstiles.open_once() == ""
    assert arrived(master, len(PULSE)) == PULSE
    turnstiles.use("")
    assert turnstiles.open_once()
    assert turnstiles.stop()
    os.close(master)
    os.close(slave)
