"""A door that guests pass both ways: turned round at the door, recorded as it stood, counted."""

import argparse
from dataclasses import replace
from pathlib import Path

import pytest

from scanner_app.application.ports import Can
from scanner_app.bootstrap import open_kiosk
from scanner_app.commands.place_options import add_place_options, with_place_options
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.domain.passes import Direction
from scanner_app.domain.place import Accepted, Place, Policy
from scanner_app.domain.verdict import Reason, Verdict
from scanner_app.sandbox.server import Sandbox
from scanner_app.ui import records
from tests.e2e.conftest import Scene, set_up
from tests.e2e.four_platforms import Quick


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
        assert kiosk.door.status().admitted == 1, "who leaves is not admitted once more"
        told = [records.read(row) for row in kiosk.door.recent(2)]
        assert [(r.code, r.passed, r.came_in) for r in told] == [
            ("LEAVE_PENDING", True, False), ("ADMIT_PENDING", True, True),
        ]  # fmt: skip
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


def test_a_guest_leaves_an_area_by_another_door_and_the_platform_is_told(tmp_path: Path) -> None:
    with Sandbox(passes=8, seed=7, platforms=("passkit",)) as venue:
        info = venue.info
        scene, key_file = Quick(venue, tmp_path / "kiosk", "East"), tmp_path / "key"
        key_file.write_text(f"{info['api_key']}\n{info['api_secret']}")
        words = ["--platform", "passkit", "--url", info["base_url"], "--key-file", str(key_file)]
        words += ["--policy", "in_out", "--template", info["programs"][0]["id"]]
        scene.run("setup", *words, "--place", "East")
        scene.run("setup", *words, "--place", "West", "--direction", "exit")
        with open_kiosk(scene.folder, writes=True, use_keyring=False) as kiosk:
            enrolled = kiosk.accounts.counter("", Can.CREATE).create(info["programs"][0]["id"], {"externalId": "M-1"})
            member = enrolled.uid

            def shown(place: str) -> Verdict:
                kiosk.door.save_settings(replace(kiosk.door.settings(), place=place))
                return kiosk.door.judge_now(Credential(member, Symbology.QR)).scan.verdict

            assert shown("East").admits
            wrong = shown("West")
            assert (wrong.reason, wrong.detail["used_place"]) == (Reason.NOT_INSIDE, "East"), "told where it came in"
            kiosk.door.undo(kiosk.door.recent(2)[1].fact_id, "staff")
        for place in ("East", "West"):
            assert scene.lines("place", place, "--area", "Grounds", "--json")[0]["areas"] == ["Grounds"]
        with open_kiosk(scene.folder, writes=True, use_keyring=False) as kiosk:
            assert [shown("East").admits, shown("East").reason] == [True, Reason.ALREADY_INSIDE]
            assert [shown("West").admits, shown("West").reason] == [True, Reason.NOT_INSIDE]
            assert shown("East").admits, "and in again"
            assert shown("West").admits
        scene.run("push")
        assert venue.accounts["passkit"].store.number(
            "SELECT count(*) FROM pk_object WHERE id=? AND json_extract(message_json, '$.status')='CHECKED_OUT'",
            [member],
        )


def test_an_area_renames_no_door_that_the_platform_keeps() -> None:
    def of_area(place: Place, name: str) -> list[str]:
        parser = argparse.ArgumentParser()
        add_place_options(parser)
        return [a.place for a in with_place_options(place, parser.parse_args(["--area", name])).accepts]

    kept, ours = Accepted("a", place="app-1", door="app-1"), Accepted("b", place="East")
    assert of_area(Place("East", (kept, ours)), " Grounds ") == ["app-1", "Grounds"]
    assert of_area(Place("East", (replace(ours, place="Grounds"),)), "None") == ["East"]
    for place, name in ((Place("East", (kept,)), "Grounds"), (Place("East", (ours,)), " ")):
        with pytest.raises(SettingsTrouble) as told:
            of_area(place, name)
        assert told.value.code.endswith("area_of_platform")
