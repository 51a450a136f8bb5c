"""A door that guests pass both ways: turned round at the door, recorded as it stood, counted."""

from dataclasses import replace
from pathlib import Path

from scanner_app.bootstrap import open_kiosk
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.passes import Direction
from scanner_app.domain.place import Policy
from scanner_app.domain.verdict import Reason
from scanner_app.sandbox.server import Sandbox
from tests.e2e.conftest import Scene, set_up


def test_the_way_that_is_shown_is_the_way_that_is_recorded(scene: Scene) -> None:
    code = str(next(g for g in scene.sandbox.guest_line() if g["expected"] == "ADMIT")["barcode"])
    shown = Credential(code, Symbology.QR)
    with open_kiosk(scene.folder, writes=True, use_keyring=False) as kiosk:
        kiosk.sync.go_offline()
        settings = kiosk.settings.load()
        place = settings.current_place
        assert place is not None
        both = replace(place, policy=Policy.IN_OUT)
        kiosk.door.save_settings(replace(settings, places=(both,)))
        assert kiosk.door.judge_now(shown).scan.verdict.direction is Direction.ENTRY
        assert kiosk.door.status().inside == 1
        kiosk.door.set_direction(Direction.EXIT)
        assert kiosk.door.status().direction == "exit"
        out = kiosk.door.judge_now(shown).scan.verdict
        assert (out.admits, out.direction) == (True, Direction.EXIT)
        assert kiosk.door.status().inside == 0
        assert kiosk.door.judge_now(shown).scan.verdict.reason is Reason.NOT_INSIDE
    with open_kiosk(scene.folder, writes=True, use_keyring=False) as kiosk:
        assert kiosk.door.status().direction == "exit", "a restart turns no door round"


def test_guests_expected_are_the_passes_held_that_are_good_here(sandbox: Sandbox, tmp_path: Path) -> None:
    scene = set_up(sandbox, tmp_path / "kiosk")
    with open_kiosk(scene.folder, writes=True, use_keyring=False) as kiosk:
        assert kiosk.door.status().expected is None, "before the list was loaded nobody knows"
    scene.run("sync")
    with open_kiosk(scene.folder, writes=True, use_keyring=False) as kiosk:
        status = kiosk.door.status()
        assert status.expected == status.platform_total
        assert kiosk.door.field_names(), "what the templates of this account have, to choose from"
        place = kiosk.settings.load().current_place
        assert place is not None
        nobody = replace(place, accepts=(replace(place.accepts[0], templates=frozenset({"another"})),))
        kiosk.door.save_settings(replace(kiosk.settings.load(), places=(nobody,)))
        assert kiosk.door.status().expected == 0


def test_a_turned_door_or_another_look_does_not_stop_the_sync(scene: Scene) -> None:
    with open_kiosk(scene.folder, writes=True, use_keyring=False) as kiosk:
        runner = kiosk.sync.runner
        kiosk.door.set_direction(Direction.EXIT)
        assert kiosk.sync.runner is runner
        kiosk.secrets.put(kiosk.settings.load().accounts[0].secret_name, "another-key")
        kiosk.door.save_settings(kiosk.settings.load())
        assert kiosk.sync.runner is not runner, "another key is another account"
