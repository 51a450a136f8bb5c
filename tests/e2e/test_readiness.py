"""`scanner-app status` and the screen "Ready?" say the same of the same door."""

from __future__ import annotations

from scanner_app.bootstrap import open_kiosk
from scanner_app.ui import texts
from scanner_app.ui.checks import by_weight, checks, ready
from tests.e2e.conftest import Scene


def test_status_tells_the_same_checks_as_the_screen(scene: Scene) -> None:
    told = scene.lines("status", "--json")[0]
    with open_kiosk(scene.folder, writes=False, use_keyring=False) as kiosk:
        found = by_weight(checks(kiosk.door.status(), kiosk.settings.load(), None))
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
