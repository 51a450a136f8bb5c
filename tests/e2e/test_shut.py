"""A kiosk that is out of order admits nobody behind its own screen, also after a restart."""

import queue
from dataclasses import replace
from pathlib import Path

from scanner_app.application.events import Checking, Decided, Event, Notice
from scanner_app.bootstrap import open_kiosk
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.out_of_order import FILE, ROOM, OutOfOrder
from tests.e2e.conftest import Scene


def test_what_is_presented_meanwhile_is_not_judged(scene: Scene) -> None:
    code = next(str(g["barcode"]) for g in scene.sandbox.guest_line() if g["expected"] == "ADMIT")
    shown = Credential(code, Symbology.QR)
    with open_kiosk(scene.folder, writes=True, use_keyring=False) as kiosk:
        kiosk.door.set_out_of_order("storage_full")
    with open_kiosk(scene.folder, writes=True, use_keyring=False) as kiosk:
        kiosk.sync.go_offline()
        verdicts: queue.SimpleQueue[Decided] = queue.SimpleQueue()
        kiosk.door.listen(lambda event: verdicts.put(event) if isinstance(event, Decided) else None)
        kiosk.start_door()
        kiosk.door.present(shown)  # before any window has asked
        assert kiosk.door.stop(), "the line is worked off to its end"
        assert verdicts.empty()
        assert kiosk.door.status().admitted == 0
        assert kiosk.door.out_of_order() == "storage_full"
        kiosk.door.set_out_of_order("")
    with open_kiosk(scene.folder, writes=True, use_keyring=False) as kiosk:
        kiosk.sync.go_offline()
        assert kiosk.door.out_of_order() == ""
        kiosk.door.listen(lambda event: verdicts.put(event) if isinstance(event, Decided) else None)
        kiosk.start_door()
        kiosk.door.present(shown)
        assert verdicts.get(timeout=20).scan.verdict.admits
        kiosk.door.present(Credential(code, Symbology.TYPED), "supervisor:Kim")
        assert verdicts.get(timeout=20).scan.operator == kiosk.door.recent(1)[0].body["operator"] == "supervisor:Kim"


def test_a_kiosk_without_a_place_says_so_instead_of_checking_for_ever(scene: Scene) -> None:
    heard: list[Event] = []
    with open_kiosk(scene.folder, writes=True, use_keyring=False) as kiosk:
        kiosk.sync.go_offline()
        kiosk.door.save_settings(replace(kiosk.settings.load(), places=(), place=""))
        kiosk.door.listen(heard.append)
        kiosk.start_door()
        kiosk.door.present(Credential("anything", Symbology.QR))
        assert kiosk.door.stop()
    assert [event.code for event in heard if isinstance(event, Notice)] == ["settings_no_place"]
    assert not [event for event in heard if isinstance(event, Checking | Decided)]


def test_it_is_marked_in_place_so_that_a_full_disk_can_be_marked(tmp_path: Path) -> None:
    shut = OutOfOrder(tmp_path)
    assert shut.read() == ""
    before = (tmp_path / FILE).stat()
    shut.keep("storage_full")
    after = (tmp_path / FILE).stat()
    assert (before.st_ino, before.st_size) == (after.st_ino, after.st_size) == (before.st_ino, ROOM)
    assert OutOfOrder(tmp_path).read() == "storage_full"
    shut.keep("")
    assert OutOfOrder(tmp_path).read() == ""
    assert OutOfOrder(tmp_path / "nowhere").read() == "", "a folder that is gone keeps no kiosk from starting"
