"""`scanner-app status` and the screen "Ready?" say the same of the same door."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from scanner_app.application.devices import ReaderReport
from scanner_app.application.events import AccountStatus, DeviceChanged, DeviceState, Event, StatusChanged
from scanner_app.application.hub import HubState
from scanner_app.application.ports import Connection
from scanner_app.application.venue_rule import VenueRule
from scanner_app.bootstrap import open_kiosk
from scanner_app.seen import Seen, SeenKeeper, seen_by_the_door
from scanner_app.ui import texts
from scanner_app.ui.checks import by_weight, checks, ready
from tests.e2e.conftest import Scene


def test_status_tells_the_same_checks_as_the_screen(scene: Scene) -> None:
    told = scene.lines("status", "--json")[0]
    with open_kiosk(scene.folder, writes=False, use_keyring=False) as kiosk:
        found = by_weight(checks(kiosk.door.status(), kiosk.settings.load(), None, closed=True))
    assert told["ready"] is ready(found) is True
    steady = [c for c in found if c.name not in ("list", "disk")]  # the age of a list and free space move on
    said = [(c["name"], c["state"], c["says"]) for c in told["checks"] if c["name"] not in ("list", "disk")]
    assert said == [(c.name, c.tone.name.lower(), c.says) for c in steady]
    assert {"place", "account", "passes", "list", "unsent_name", "conflicts", "clock", "disk", "camera", "offline"} <= {
        c["name"] for c in told["checks"]
    }
    (scene.folder / "ledger.db.corrupt.20260101T000000000000Z").touch()
    told = scene.lines("status", "--json")[0]
    says, advice = texts.sentence("storage_set_aside"), texts.admin("storage_set_aside")
    assert [c["advice"] for c in told["checks"] if c["says"] == says] == [advice]
    assert told["ready"] is True, "the door goes on"
    assert says in scene.run("doctor", check=False).stdout


class _Away:
    """Sources of which a reader is away."""

    def use(self, specs: Sequence[str], codes: frozenset[str], *, loop: bool = False) -> None:
        """Run nothing."""

    def watch(self, spec: str) -> Callable[[], None]:
        """Watch nothing."""
        raise NotImplementedError(spec)

    def reports(self) -> Sequence[ReaderReport]:
        """Return the one."""
        return (ReaderReport("serial:/dev/none", DeviceState.MISSING, "no such port"),)


def test_beside_a_running_door_status_tells_its_camera_readers_and_connections_too(scene: Scene) -> None:
    def said() -> dict[str, tuple[str, str]]:
        return {c["name"]: (c["state"], c["says"]) for c in scene.lines("status", "--json")[0]["checks"]}

    assert said()["camera"] == ("note", "No door is open on this kiosk now")
    with open_kiosk(scene.folder, writes=True, use_keyring=False) as kiosk:
        kiosk.tell_beside()
        kiosk.use_sources(_Away(), loop=False)
        kiosk.start_sync()
        kiosk.drain(5.0)
        assert said()["camera"] == ("note", "No camera"), "a door with a hand scanner is open all the same"
        kiosk.door.tell(DeviceChanged("camera:0", DeviceState.RUNNING))
        heard: list[Event] = []
        kiosk.door.listen(heard.append)
        assert heard == [DeviceChanged("camera:0", DeviceState.RUNNING)], "a camera may be quicker than the window"
        kiosk.door.tell(DeviceChanged("camera:1", DeviceState.LOST, watched=True))
        told = said()
        here = {
            c.name: (c.tone.name.lower(), c.says)
            for c in checks(
                kiosk.door.status(), kiosk.settings.load(), DeviceState.RUNNING, kiosk.door.devices.readers()
            )
        }
        assert {n: told[n] for n in ("camera", "reader", "account")} == {
            n: here[n] for n in ("camera", "reader", "account")
        }
        assert told["camera"] == ("good", "Camera on")
    assert not (scene.folder / "seen.json").exists()
    assert seen_by_the_door(scene.folder) == Seen()


def told(scene: Scene) -> dict[str, str]:
    """What `status` says beside the running door, check by check."""
    return {c["name"]: c["says"] for c in scene.lines("status", "--json")[0]["checks"]}


def test_an_account_in_trouble_is_told_as_the_door_sees_it(scene: Scene) -> None:
    with open_kiosk(scene.folder, writes=True, use_keyring=False) as kiosk:
        account = kiosk.sync.statuses()[0]
        refused: list[AccountStatus] = [replace(account, connection=Connection.UNAUTHORISED)]
        keeper = SeenKeeper(scene.folder, lambda: refused, lambda: ())
        keeper.hear(DeviceChanged("camera:0", DeviceState.RUNNING))
        assert not scene.lines("status", "--json")[0]["ready"]
        assert "venue" not in told(scene)
        status = kiosk.door.status()
        for behind in (0, 7):  # what changes with every record is not written with every record
            away = HubState(rule=VenueRule.OPEN, isolated_for=3.5 + behind, behind=behind)
            keeper.hear(StatusChanged(replace(status, venue=away)))
            shown = {c.name: c.says for c in checks(replace(status, venue=away), kiosk.settings.load(), None, ())}
            assert told(scene)["venue"] == shown["venue"]
