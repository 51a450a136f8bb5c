"""Without a keyring the secrets lie sealed: a stolen data folder yields no key, by grep or by program."""

from __future__ import annotations

import json
import os
import shutil
import threading
from pathlib import Path

import pytest

from scanner_app import seal
from scanner_app.application.control import Role
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.files import sweep, write_private
from scanner_app.pins import Pins
from scanner_app.secrets import SecretStore

KEY = "k-9f8e7d6c5b4a-very-secret"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(seal.FOLDER, str(tmp_path / "elsewhere"))
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def everything(folder: Path) -> bytes:
    return b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())


def test_neither_key_nor_pin_is_found_in_a_stolen_data_folder(folder, tmp_path, monkeypatch):
    SecretStore(folder, use_keyring=False).put("account:a", KEY)
    Pins(folder).set(Role.ADMINISTRATOR, "86421357")
    assert SecretStore(folder, use_keyring=False).get("account:a") == KEY
    held = everything(folder)
    assert KEY.encode() not in held
    assert b"86421357" not in held
    stolen = tmp_path / "stolen"
    shutil.copytree(folder, stolen)
    monkeypatch.setenv(seal.FOLDER, str(tmp_path / "thiefs"))
    thief = SecretStore(stolen, use_keyring=False)
    assert thief.get("account:a") is None
    thief.put("account:b", "new")  # a key of the thief's own opens nothing older
    assert thief.get("account:a") is None


def test_what_an_earlier_version_kept_in_the_open_is_sealed(folder):
    write_private(folder / "secrets.json", json.dumps({"account:a": KEY}))
    store = SecretStore(folder, use_keyring=False)
    assert store.get("account:a") == KEY
    store.seal()
    assert KEY.encode() not in everything(folder)
    assert store.get("account:a") == KEY
    store.remove("account:a")
    assert store.get("account:a") is None


def test_a_sealed_value_belongs_to_its_name(folder):
    store = SecretStore(folder, use_keyring=False)
    store.put("account:a", KEY)
    held = json.loads((folder / "secrets.json").read_text())
    write_private(folder / "secrets.json", json.dumps({"account:b": held["account:a"]}))
    assert store.get("account:b") is None


def test_the_key_never_lies_in_the_data_folder(folder, monkeypatch):
    monkeypatch.setenv(seal.FOLDER, str(folder / "config"))
    SecretStore(folder, use_keyring=False).put("account:a", KEY)
    assert not list(folder.rglob(seal.FILE))
    assert SecretStore(folder, use_keyring=False).get("account:a") == KEY


def test_of_many_programs_that_seal_at_once_one_makes_the_key(tmp_path, monkeypatch):
    monkeypatch.setenv("PASS_SCANNER_SEAL_DIR", str(tmp_path / "seal"))
    stores = [SecretStore(tmp_path / str(n), use_keyring=False) for n in range(8)]
    for n in range(8):
        (tmp_path / str(n)).mkdir()
    begin = threading.Barrier(8)

    def keep(store):
        begin.wait(10)
        store.put("key", "secret-value")

    threads = [threading.Thread(target=keep, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {store.get("key") for store in stores} == {"secret-value"}


def test_a_home_that_cannot_be_written_puts_the_key_beside_the_data_folder(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("PASS_SCANNER_SEAL_DIR", str(tmp_path / "file" / "seal"))
    (tmp_path / "data").mkdir()
    SecretStore(tmp_path / "data", use_keyring=False).put("key", "secret-value")
    monkeypatch.setenv("PASS_SCANNER_SEAL_DIR", str(tmp_path / "later"))
    (tmp_path / "other").mkdir()
    SecretStore(tmp_path / "other", use_keyring=False).put("key", "another")
    assert SecretStore(tmp_path / "data", use_keyring=False).get("key") == "secret-value"
    assert "secret-value" not in (tmp_path / "data" / "secrets.json").read_text()


@pytest.mark.parametrize("held", ["", "AAA", "AAAA", "\u00e9", "AAAAAAAAAAAAAAAA"])
def test_a_damaged_value_is_no_value_and_the_others_stay(folder, held):
    store = SecretStore(folder, use_keyring=False)
    store.put("account:a", KEY)
    store.put("account:b", "another")
    kept = json.loads((folder / "secrets.json").read_text())
    write_private(folder / "secrets.json", json.dumps({**kept, "account:b": seal.MARK + held}))
    assert store.get("account:b") is None
    assert store.get("account:a") == KEY


@pytest.mark.parametrize("held", [b"", b"!", b"AAAA"])
def test_a_damaged_key_is_told_and_never_replaced(folder, tmp_path, held):
    store = SecretStore(folder, use_keyring=False)
    store.put("account:a", KEY)
    file = tmp_path / "elsewhere" / seal.FILE
    good = file.read_bytes()
    file.write_bytes(held)
    for act in (store.need_sound, lambda: store.put("account:b", "new")):
        with pytest.raises(SettingsTrouble) as told:
            act()
        assert (told.value.code, seal.FILE in told.value.detail) == ("settings_secrets_unreadable", True)
    assert store.get("account:a") is None
    assert file.read_bytes() == held
    file.write_bytes(good)
    assert store.get("account:a") == KEY


def test_what_a_kill_left_of_a_file_half_written_goes_and_nothing_else(folder):
    old, new, other = (folder / name for name in (".seen.json.abcdefgh", ".seen.json.ijklmnop", ".other.json.abcdefgh"))
    for left in (old, new, other):
        left.write_text("{")
    for left in (old, other):
        os.utime(left, (0, 0))
    sweep(folder, ["seen.json"])
    assert [left.exists() for left in (old, new, other)] == [False, True, True]


def test_a_secrets_file_that_cannot_be_read_is_said_to_be_just_that(folder):
    """It was called a damaged database that had been set aside: neither was so."""
    (folder / "secrets.json").write_text('{"x')
    store = SecretStore(folder, use_keyring=False)
    store.seal()
    assert store.get("account:a") is None  # a door goes on without it, as with one that is missing
    with pytest.raises(SettingsTrouble) as raised:
        store.need_sound()
    assert raised.value.code == "settings_secrets_unreadable"
    assert raised.value.detail.startswith("secrets.json")
    assert (folder / "secrets.json").read_text() == '{"x'
    store.put("account:a", KEY)
    assert [p.read_text() for p in folder.glob("secrets.json.corrupt.*")] == ['{"x']
    assert store.get("account:a") == KEY
    store.need_sound()
