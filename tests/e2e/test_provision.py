"""One QR code sets a kiosk up: drawn, read back from the picture, opened with its code, and only then."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scanner_app import provisioning
from scanner_app.domain.errors import SettingsTrouble
from tests.e2e.conftest import Scene

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def test_a_second_kiosk_from_a_picture(scene: Scene, tmp_path: Path) -> None:
    picture = tmp_path / "sheet.png"
    made = scene.lines("provision", "make", "--out", str(picture), "--device", "Door 2", "--json")[0]
    key = scene.sandbox.info["api_key"]
    assert key.encode() not in picture.read_bytes()
    other = Scene(scene.sandbox, tmp_path / "other", scene.place)
    wrong = other.run("provision", "apply", str(picture), "--code", "AAAA-AAAA-AAAA", check=False)
    assert wrong.returncode == 3
    assert not (other.folder / "settings.json").exists()
    applied = other.lines("provision", "apply", str(picture), "--code", made["code"].lower(), "--json")[0]
    assert (applied["device"], applied["place"]) == ("Door 2", scene.place)
    other.run("sync")
    guest = next(g for g in scene.sandbox.guest_line() if g["expected"] == "ADMIT")
    verdicts = other.lines("gate", "--place", other.place, "--source", "-", "--json", text=guest["barcode"] + "\n")
    assert [v["outcome"] for v in verdicts] == ["admit"]
    assert verdicts[0]["device"] == "Door 2"


def test_a_fleet_from_one_file(scene: Scene, tmp_path: Path) -> None:
    fleet = tmp_path / "fleet.csv"
    fleet.write_text(f"device,place\nDoor 1,{scene.place}\nDoor 2,\n", encoding="utf-8-sig")
    sheets = scene.lines("provision", "make", "--fleet", str(fleet), "--out", str(tmp_path / "sheets"), "--json")
    assert [s["device"] for s in sheets] == ["Door 1", "Door 2"]
    assert len({s["code"] for s in sheets}) == 2
    assert all(Path(s["file"]).exists() for s in sheets)


def sheet(expires: datetime = NOW + timedelta(hours=1)) -> tuple[str, str, str]:
    """A sheet's text, its code, its issuer's public name."""
    issuer, code = provisioning.new_issuer(), provisioning.new_code()
    setup = provisioning.SetUp(provisioning.Settings(device="Door"), {"account:x": "secret"})
    return provisioning.make(setup, issuer, code, expires), code, provisioning.issuer_of(issuer)


def test_expired_forged_and_foreign_sheets_are_refused() -> None:
    text, code, issuer = sheet()
    setup, by = provisioning.apply(text, code, NOW)
    assert (setup.settings.device, setup.secrets, by) == ("Door", {"account:x": "secret"}, issuer)
    with pytest.raises(SettingsTrouble, match=r"2026-11-20T13:00:00"):
        provisioning.apply(text, code, NOW + timedelta(hours=1))
    other_text, other_code, _ = sheet()
    with pytest.raises(SettingsTrouble) as foreign:
        provisioning.apply(other_text, other_code, NOW, trusted_issuer=issuer)
    assert foreign.value.code == "settings_sheet_other_issuer"
    raw = bytearray(base64.urlsafe_b64decode(text.removeprefix("PSP1:") + "=="))
    longer = raw.replace(b"2026-11-20T13", b"2027-11-20T13")
    forged = "PSP1:" + base64.urlsafe_b64encode(bytes(longer)).decode()
    with pytest.raises(SettingsTrouble) as changed:
        provisioning.apply(forged, code, NOW)
    assert changed.value.code == "settings_sheet_forged"


@pytest.mark.parametrize("text", ["", "PSP1:", "PSP1:!!!!", "hello", "PSP1:" + "A" * 200, "PSP1:" + "A" * 70_000])
def test_nonsense_is_said_to_be_unreadable(text: str) -> None:
    with pytest.raises(SettingsTrouble) as trouble:
        provisioning.apply(text, "x", NOW)
    assert trouble.value.code == "settings_sheet_unreadable"


def test_the_secret_is_not_in_the_sheet_in_the_open() -> None:
    text, _, _ = sheet()
    raw = base64.urlsafe_b64decode(text.removeprefix("PSP1:") + "==")
    assert b"secret" not in raw
    assert json.loads(raw[64:].split(b"\n")[0])["v"] == 1
