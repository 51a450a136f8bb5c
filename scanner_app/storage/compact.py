"""Compact JSON text that any SQLite takes, whatever the platform's texts hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from json import encoder as _json
from typing import Any

_FORM = {"check_circular": False, "separators": (",", ":")}
_ASCII = json.JSONEncoder(ensure_ascii=True, **_FORM).encode  # type: ignore[arg-type]


def _plain() -> Callable[[Any], str]:
    """Return an encoder built once: `json` builds its C part anew for each text, a third of what that costs."""
    slow = json.JSONEncoder(ensure_ascii=False, **_FORM)  # type: ignore[arg-type]
    built = getattr(_json, "c_make_encoder", None)
    if built is None:
        return slow.encode
    chunks = built(None, slow.default, _json.encode_basestring, None, ":", ",", False, False, True)
    return lambda value: "".join(chunks(value, 0))


_PLAIN = _plain()


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
