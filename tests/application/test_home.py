"""Whether a data folder is a copy, or was moved: what waits in it may have been sent by another door."""

import pytest

from scanner_app.application.config import Settings
from scanner_app.home import Home
from scanner_app.settings import SettingsKeeper, save


@pytest.mark.parametrize(("moved", "times"), [(False, 0), (True, 1)])
def test_a_folder_that_lies_elsewhere_now_has_what_waits_looked_for_once(tmp_path, moved, times):
    """The door that it was taken from under may have sent it: no platform knows a scan told twice."""
    folder, doubted = tmp_path / "kiosk", []
    folder.mkdir()
    save(folder, Settings(device="Door 1"))
    Home(folder, SettingsKeeper(folder)).settle_in(lambda: doubted.append("first"))
    assert not doubted
    if moved:
        folder = folder.rename(tmp_path / "retired")
    for _ in range(2):
        Home(folder, SettingsKeeper(folder)).settle_in(lambda: doubted.append("again"))
    assert doubted == ["again"] * times
    assert SettingsKeeper(folder).load().device == "Door 1", "it is the same kiosk"
