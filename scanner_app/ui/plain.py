"""Foreign text made fit for a screen: one line, nothing invisible, nothing that steers. Needs no Qt."""

from __future__ import annotations

import unicodedata

LIMIT = 64
"""Characters of foreign text shown (reliability.md 4.1)."""
_JOINERS = "\u200c\u200d"  # needed by Persian, Indic scripts and emoji; they steer nothing
_MARKS = 3  # combining marks in a row that real names need; more only draw over the neighbours


def visible(text: str, limit: int | None = LIMIT, *, lines: bool = False) -> str:
    """Return text with control, bidi and unassigned characters as visible marks, cut at `limit` characters."""
    # Cut before looking: 3 KB of hostile text costs no more than a name does.
    cut = text if limit is None else text[: limit + 1]
    shown = "".join(_shown(cut, i, lines=lines) for i in range(len(cut)))
    if limit is not None and (len(text) > limit or len(shown) > limit):
        return shown[:limit] + "…"
    return shown


def _shown(text: str, at: int, *, lines: bool) -> str:
    char = text[at]
    category = unicodedata.category(char)
    if char == "\n" and lines:
        return char
    if category in ("Cc", "Cs", "Cn", "Co", "Zl", "Zp") or (category == "Cf" and char not in _JOINERS):
        return _mark(char)
    if category in ("Mn", "Me") and _stacked(text, at):
        return ""
    return " " if category == "Zs" else char


def _mark(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)  # Unicode control pictures
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _stacked(text: str, at: int) -> bool:
    before = text[max(0, at - _MARKS) : at]
    return len(before) == _MARKS and all(unicodedata.category(c) in ("Mn", "Me") for c in before)
