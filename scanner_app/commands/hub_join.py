"""`scanner-app hub join`: an enrolment as `hub enrol` wrote it, a file of text or the picture of its QR code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scanner_app.application.config import VenueConfig
from scanner_app.domain.errors import SettingsTrouble


def read(path: Path) -> tuple[VenueConfig, Mapping[str, Any]]:
    """Return the venue as the settings keep it, and the enrolment. Raises SettingsTrouble if it is not whole."""
    try:
        enrolment = json.loads(_text(path))
        hubs = tuple(map(str, enrolment["hubs"]))
        config = VenueConfig(str(enrolment["venue"]), str(enrolment["kiosk"]), hubs)
        complete = all(isinstance(enrolment[k], str) for k in ("ca", "seed", "hash_key", "admin"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsTrouble("enrolment_unreadable", f"{path}: {error}") from error
    if not complete:
        raise SettingsTrouble("enrolment_unreadable", str(path))
    return config, enrolment


def _text(path: Path) -> str:
    data = path.read_bytes()
    if data[:1].isascii():  # JSON is text from its first byte on; no picture is
        return data.decode()
    from hardware.pictures import CannotOpen
    from hardware.recordings import reads_of

    try:
        return next((found.read.text for found in reads_of(path)), "")
    except CannotOpen as error:
        raise ValueError(str(error)) from error
