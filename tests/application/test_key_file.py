"""The key file of `scanner-app setup`: one line, or key and secret on two where the platform has both."""

from pathlib import Path

import pytest

from scanner_app.commands.setup import _key
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.platforms.keys import two_parts


def written(folder: Path, text: str) -> Path:
    path = folder / "key"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize("text", ["user\nsecret\n", "user\r\nsecret\r\n", "user \n secret", "user:secret\n"])
def test_key_and_secret_on_two_lines(tmp_path, text):
    assert two_parts(_key(written(tmp_path, text), 2)) == ("user", "secret")


def test_one_line(tmp_path):
    assert _key(written(tmp_path, " one-key \n"), 1) == "one-key"


@pytest.mark.parametrize(
    ("text", "lines"), [("", 1), ("a\nb", 1), ("a\nb\nc", 2), ("a\n\nb", 2), ("a\x00b", 1), ("a\nb\x07", 2)]
)
def test_what_is_no_key(tmp_path, text, lines):
    with pytest.raises(SettingsTrouble):
        _key(written(tmp_path, text), lines)
