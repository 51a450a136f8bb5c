"""Who may do what is kept by the door itself, whatever a screen or a command asks of it."""

from dataclasses import replace

import pytest
from support.storage_kit import until

from scanner_app.application.control import OfficeTask
from scanner_app.application.events import Decided, Event, Notice
from scanner_app.application.roles import RANKS, USUAL, Action, permits, role_for, speaker
from scanner_app.bootstrap import open_kiosk
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.domain.passes import Direction, IdentifierKind
from tests.e2e.conftest import Scene


def test_each_role_may_what_it_is_asked_for_and_what_those_below_it_may() -> None:
    each = [(a, chosen) for a in Action for chosen in ({}, {a.value: "administrator"}, {a.value: "nonsense"})]
    for action, chosen in each:
        asked = RANKS.index(role_for(action, chosen))
        assert [permits(action, role, chosen) for role in RANKS] == [n >= asked for n in range(len(RANKS))]
        assert permits(action, speaker(action, chosen), chosen)
        assert permits(action, "administrator:Kim", chosen)
    free = {Action.TYPE, Action.TURN, Action.UNDO}
    assert {action for action in Action if permits(action, "", {})} == free
    assert {action for action in Action if permits(action, "staff", {})} == free | {Action.LOOK_OFF, Action.PRESENT}
    for other in ("somebody", "no supervisor", " supervisor"):
        assert not permits(Action.OVERRIDE, other, {})


def test_the_door_does_nothing_that_the_role_may_not(scene: Scene) -> None:
    code = str(next(g for g in scene.sandbox.guest_line() if g["expected"] == "ADMIT")["barcode"])
    heard: list[Event] = []
    with open_kiosk(scene.folder, writes=True, use_keyring=False) as kiosk:
        kiosk.sync.go_offline()
        door = kiosk.door
        door.save_settings(replace(kiosk.settings.load(), pins={a.value: "administrator" for a in USUAL}))
        admitted = door.judge_now(Credential(code, Symbology.QR)).scan
        refused = door.judge_now(Credential(code, Symbology.QR)).scan
        assert admitted.verdict.subject is not None
        key = admitted.verdict.subject.key
        door.listen(heard.append)
        before = len(door.recent(50))
        for operator in ("", "staff", "supervisor"):
            assert door.undo(admitted.scan_id, operator).trouble == "role_needed"
            assert door.override(refused.scan_id, operator, "knows the band").trouble == "override_needs_supervisor"
            assert door.office(key, OfficeTask.VOID, operator).trouble == "office_needs_supervisor"
            assert door.front.issue(key.account, "t", {}, operator).trouble == "office_needs_supervisor"
            for refusing in (lambda by=operator: door.set_direction(Direction.EXIT, by),
                             lambda by=operator: door.set_look_only(False, by)):  # fmt: skip
                with pytest.raises(SettingsTrouble):
                    refusing()
            door.present(Credential(code, Symbology.TYPED), operator)
            door.choose(key, operator)
            door.choose(key, operator, Action.PRESENT)
        assert [event.code for event in heard if isinstance(event, Notice)] == ["role_needed"] * 9
        assert not [event for event in heard if isinstance(event, Decided)]
        assert len(door.recent(50)) == before
        by = "administrator:Kim"
        let_in = door.override(refused.scan_id, by, "knows the band")
        assert not let_in.trouble
        assert door.override(refused.scan_id, by, "pressed twice").trouble == "override_admitted_scan"
        assert not door.undo(let_in.fact_id, by).trouble
        assert not door.override(refused.scan_id, by, "after all").trouble
        assert not door.undo(admitted.scan_id, by).trouble
        door.set_direction(Direction.EXIT, "administrator")


def test_who_was_found_is_let_in_though_the_number_names_another_too(scene: Scene) -> None:
    code = str(next(g for g in scene.sandbox.guest_line() if g["expected"] == "ADMIT")["barcode"])
    with open_kiosk(scene.folder, writes=True, use_keyring=False) as kiosk:
        kiosk.sync.go_offline()
        found = kiosk.door.look(Credential(code, Symbology.QR)).subject
        assert found is not None
        other = replace(found, uid="another", identifiers={IdentifierKind.BARCODE: found.uid}, holder="Another")
        kiosk.store.cache(found.account, lambda tx: tx.upsert([other]))
        story = kiosk.door.story(found.key)
        assert story is not None
        assert story.preview.admits
        heard: list[Event] = []
        kiosk.door.listen(heard.append)
        kiosk.start_door()
        kiosk.door.choose(found.key, "staff", Action.PRESENT)
        until(lambda: any(isinstance(event, Decided) for event in heard))
        (verdict,) = [event.scan.verdict for event in heard if isinstance(event, Decided)]
        assert verdict.admits
        assert verdict.subject is not None
        assert verdict.subject.key == found.key


def test_a_late_undo_and_a_settled_conflict_want_the_supervisor(scene: Scene) -> None:
    code = str(next(g for g in scene.sandbox.guest_line() if g["expected"] == "ADMIT")["barcode"])
    with open_kiosk(scene.folder, writes=True, use_keyring=False) as kiosk:
        kiosk.sync.go_offline()
        door, kept = kiosk.door, kiosk.settings.load()
        door.save_settings(replace(kept, places=tuple(replace(place, undo_seconds=0) for place in kept.places)))
        scan_id = door.judge_now(Credential(code, Symbology.QR)).scan.scan_id
        for operator, reason in (("", "mix-up"), ("staff", "mix-up"), ("supervisor", " ")):
            assert door.undo(scan_id, operator, reason).trouble == "undo_needs_supervisor"
        assert not door.undo(scan_id, "supervisor", "mix-up").trouble
        for operator in ("", "staff"):
            assert door.settle(1, operator, "let in, paid").trouble == "role_needed"
        assert door.settle(1, "supervisor", "let in, paid").trouble == "conflict_unknown"
