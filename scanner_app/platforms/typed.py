"""What a person typed for a pass, as a contract wants it."""

from __future__ import annotations

from scanner_app.domain.errors import SettingsTrouble

FLAGS = {"true": True, "false": False}


def typed_flag(name: str, value: object) -> bool:
    """Return yes or no, however it is capitalised; SettingsTrouble names what is neither."""
    read = FLAGS.get(str(value).lower())
    if read is None:
        raise SettingsTrouble("option_invalid", f"{name}: {value}")
    return read
