"""Settings on disk: `settings.json` in the data folder, without a single secret in it."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

from scanner_app.application.config import Settings
from scanner_app.domain.errors import SettingsTrouble, StorageTrouble
from scanner_app.files import read_json, write_private

FILE = "settings.json"
VERSION = 1


def load(data_dir: Path) -> Settings:
    """Return the kiosk's settings, empty ones on a new kiosk; SettingsTrouble when the file makes no sense."""
    try:
        raw = read_json(data_dir / FILE)
    except StorageTrouble as trouble:
        raise SettingsTrouble("unreadable", trouble.detail) from trouble
    if raw is None:
        return Settings()
    if not isinstance(raw.get("version"), int) or raw["version"] > VERSION:
        raise SettingsTrouble("too_new", f"version {raw.get('version')!r}")
    return from_dict(raw.get("settings"))


def save(data_dir: Path, settings: Settings) -> None:
    """Keep the settings; the old ones stay whole if this fails."""
    body = {"version": VERSION, "settings": to_dict(settings)}
    write_private(data_dir / FILE, json.dumps(body, indent=2, ensure_ascii=False, sort_keys=True) + "\n")


class SettingsKeeper:
    """Settings in force, and whoever must know when they change."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._settings = load(data_dir)
        self.changed: list[Callable[[Settings], None]] = []

    def load(self) -> Settings:
        """Return the settings in force."""
        return self._settings

    def use(self, settings: Settings) -> None:
        """Work with these settings without keeping them."""
        self._settings = settings

    def save(self, settings: Settings) -> None:
        """Keep settings on disk, then tell the parts that depend on them."""
        save(self._data_dir, settings)
        self._settings = settings
        for hear in self.changed:
            hear(settings)


def to_dict(settings: Settings) -> dict[str, Any]:
    """Return plain JSON values."""
    plain = _plain(settings)
    assert isinstance(plain, dict)  # noqa: S101 - a dataclass always becomes one
    return plain


def from_dict(raw: object) -> Settings:
    """Return settings from plain JSON values; SettingsTrouble names the field that makes no sense."""
    built = _build(Settings, raw, "settings")
    assert isinstance(built, Settings)  # noqa: S101
    return _by_reader(built)


def _by_reader(settings: Settings) -> Settings:
    """Have the places of PassEntry's readers known by the reader's id: settings of before have its name, or ours."""
    readers = {account.id for account in settings.accounts if account.platform == "passentry"}
    places = tuple(
        replace(p, accepts=tuple(a.called(a.door) if a.door and a.account in readers else a for a in p.accepts))
        for p in settings.places
    )
    return replace(settings, places=places) if readers else settings


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return next((write(value) for kinds, write in _WRITERS if isinstance(value, kinds)), value)


_WRITERS: tuple[tuple[tuple[type, ...], Callable[[Any], Any]], ...] = (
    ((Enum,), lambda v: v.value),
    ((Decimal,), str),
    ((datetime, date, time), lambda v: v.isoformat()),
    ((Mapping,), lambda v: {str(k): _plain(x) for k, x in v.items()}),
    ((frozenset,), lambda v: sorted(_plain(x) for x in v)),
    ((tuple,), lambda v: [_plain(x) for x in v]),
)


def _build(kind: Any, raw: Any, where: str) -> Any:
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        inner = next(a for a in args if a is not type(None))
        return None if raw is None else _build(inner, raw, where)
    if origin in (tuple, frozenset):
        items = [_build(args[0], v, f"{where}[{i}]") for i, v in enumerate(_expect(list, raw, where))]
        return origin(items)
    if origin is not None and issubclass(origin, Mapping):
        return {str(k): _build(args[1], v, f"{where}.{k}") for k, v in _expect(dict, raw, where).items()}
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind, _expect(dict, raw, where), where)
    return _scalar(kind, raw, where)


def _dataclass(kind: Any, raw: dict[str, Any], where: str) -> Any:
    hints = typing.get_type_hints(kind)
    known = {f.name for f in dataclasses.fields(kind)}
    values = {k: _build(hints[k], v, f"{where}.{k}") for k, v in raw.items() if k in known}
    try:
        return kind(**values)
    except TypeError as error:
        raise SettingsTrouble("invalid", f"{where}: {error}") from error


def _scalar(kind: Any, raw: Any, where: str) -> Any:
    parse = getattr(kind, "fromisoformat", None)
    try:
        if parse is not None:
            return parse(_expect(str, raw, where))
        if kind is float and isinstance(raw, int) and not isinstance(raw, bool):
            return float(raw)
        if kind in (str, int, float, bool):
            return _expect(kind, raw, where)
        return kind(raw)
    except (ValueError, ArithmeticError) as error:
        raise SettingsTrouble("invalid", f"{where}: {error}") from error


def _expect(kind: type, raw: Any, where: str) -> Any:
    if not isinstance(raw, kind) or (kind is int and isinstance(raw, bool)):
        raise SettingsTrouble("invalid", f"{where}: {type(raw).__name__} where {kind.__name__} belongs")
    return raw
