"""What cannot be a data folder is told as that; "replace the disk" would send people to the wrong shelf."""

from __future__ import annotations

import errno

import pytest

from scanner_app.domain.errors import SettingsTrouble, StorageTrouble
from scanner_app.lifecycle import InstanceLock
from scanner_app.paths import prepare_data_dir
from scanner_app.ui import texts


def test_what_cannot_be_a_folder_is_told_as_that(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone" / "away")
    for name in ("file", "file/below", "nowhere", "a" * 300):
        with pytest.raises(SettingsTrouble) as caught:
            prepare_data_dir(tmp_path / name)
        assert caught.value.code == "settings_data_folder"
        assert "--data-dir" in texts.explain(caught.value)


def test_a_folder_of_somebody_else_is_no_fault_of_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda *_: False)  # the tests may run as root, who may everything
    with pytest.raises(SettingsTrouble) as caught:
        prepare_data_dir(tmp_path)
    assert caught.value.code == "settings_data_folder_rights"


@pytest.mark.parametrize(("number", "code"), [(errno.ENOSPC, "storage_full"), (errno.EROFS, "storage_read_only")])
def test_a_lock_that_cannot_be_made_is_told_as_what_the_disk_says(tmp_path, monkeypatch, number, code):
    def refuse(*_: object) -> int:
        raise OSError(number, "no")

    monkeypatch.setattr("os.open", refuse)
    with pytest.raises(StorageTrouble) as caught:
        InstanceLock(tmp_path).acquire()
    assert caught.value.code == code
