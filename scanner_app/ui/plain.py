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


_ISOLATED, _END = "\u2066", "\u2069"
_RIGHT_TO_LEFT = {"R", "AL"}
_ENDS = ".,;!?،؛؟"


def in_order(text: str) -> str:
    """Return a right-to-left line in which each name, code and address written in Latin keeps its own order.

    Without it `7340219-NOT-OURS` reads `NOT-OURS-7340219`, and `Kiosk 1 · 20 June` takes the day along with the kiosk.
    """
    return "\n".join(_line_in_order(line) for line in text.split("\n"))


def _line_in_order(line: str) -> str:
    ways = set(map(unicodedata.bidirectional, line))
    if "L" not in ways:
        return line
    if not ways & _RIGHT_TO_LEFT:
        return f"{_ISOLATED}{line}{_END}"
    return " · ".join(map(_part_in_order, line.split(" · ")))


def _part_in_order(part: str) -> str:
    made: list[str] = []
    run: list[str] = []
    for word in part.split(" "):
        ways = set(map(unicodedata.bidirectional, word.rstrip(_ENDS)))
        if "L" in ways or (run and "EN" in ways and not ways & _RIGHT_TO_LEFT):
            run.append(word)
            continue
        made += [*_isolated(run), word]
        run = []
    return " ".join(made + _isolated(run))


def _isolated(words: list[str]) -> list[str]:
    whole = " ".join(words)
    kept = whole.rstrip(_ENDS)
    return [f"{_ISOLATED}{kept}{_END}{whole[len(kept) :]}"] if words else []


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
