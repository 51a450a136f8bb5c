"""Compact JSON text that any SQLite takes, whatever the platform's texts hold."""

from __future__ import annotations

import json
from typing import Any

_PLAIN = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
_ASCII = json.JSONEncoder(ensure_ascii=True, check_circular=False, separators=(",", ":")).encode


def dumps(value: Any) -> str:
    """Return compact JSON; escaped to ASCII only where a lone surrogate would not be storable otherwise."""
    text = _PLAIN(value)
    return text if encodable(text) else _ASCII(value)


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
