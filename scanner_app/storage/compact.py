"""Compact JSON text that any SQLite takes, whatever the platform's texts hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

_PLAIN = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
_ASCII = json.JSONEncoder(ensure_ascii=True, check_circular=False, separators=(",", ":")).encode


def plain(value: Any) -> bytes:
    """Return compact JSON by the standard library; escaped to ASCII only where a lone surrogate could not be stored."""
    text = _PLAIN(value)
    return (text if encodable(text) else _ASCII(value)).encode()


def _quick() -> Callable[[Any], bytes]:
    """Return orjson's encoder, as strict as ours; the chain of hashes rests on both writing texts and numbers alike."""
    try:
        from orjson import OPT_PASSTHROUGH_DATACLASS, OPT_PASSTHROUGH_DATETIME, dumps
    except ImportError:  # no wheel for this machine
        return plain
    return partial(dumps, option=OPT_PASSTHROUGH_DATACLASS | OPT_PASSTHROUGH_DATETIME)


_QUICK = _quick()


def encoded(value: Any) -> bytes:
    """Return compact JSON; TypeError for what has no place in it."""
    try:
        return _QUICK(value)
    except TypeError:  # a lone surrogate, a key that is no text, a number of more than 64 bits: or a mistake
        return plain(value)


def dumps(value: Any) -> str:
    """Return compact JSON as text."""
    return encoded(value).decode()


def loads(text: str) -> Any:
    """Return what `dumps` was given."""
    return json.loads(text)


def encodable(text: str) -> bool:
    """Whether the text is Unicode that UTF-8 can carry: no lone surrogate."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
