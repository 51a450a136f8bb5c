"""Search words: what people type and what passes carry, folded alike (case, accents, presentation forms)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scanner_app.domain.passes import Pass
from scanner_app.domain.person import folded

_WORD = re.compile(r"[^\W_]+")
_SINGLE = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")  # written without spaces
_ADDRESS = re.compile(r"^[^@\s]+@[^@\s]+$")

MAX_WORDS = 12
"""Words of a query that count: more do not narrow a search any further."""

MAX_CHARS = 64
"""Longest word kept, of passes and queries alike."""


def words(text: str) -> list[str]:
    """Return the folded words of a text: "Müller-Lüdenscheidt" -> ["muller", "ludenscheidt"]."""
    plain = folded(text)
    if not plain.isascii():
        plain = _SINGLE.sub(r" \1 ", plain)
    return [w[:MAX_CHARS] for w in _WORD.findall(plain)]


def joined(text: str) -> str:
    """Return an id or a barcode as one folded word, so that its dashes do not matter."""
    return "".join(words(text))[:MAX_CHARS]


def search_text(one: Pass) -> str:
    """Return the words by which a pass can be found: holder, addresses, ids, barcode."""
    names = words(one.holder)
    for text in one.fields.values():
        if _ADDRESS.match(text):
            # Without the words of its domain: half the guests share them, and they narrow nothing.
            names += [*words(text.partition("@")[0]), joined(text)]
    ids = (joined(text) for text in (one.uid, *one.identifiers.values()))
    return " ".join(_distinct((*names, *ids)))


def match_query(text: str) -> str | None:
    """Return the FTS5 query for what was typed: every word, each also as a beginning; ids and addresses as a whole."""
    parts = [part for chunk in text.split()[:MAX_WORDS] if (part := _part(chunk))]
    return " AND ".join(parts) or None


def _part(chunk: str) -> str:
    whole = f'"{joined(chunk)}"*'
    found = list(_distinct(words(chunk)))[:MAX_WORDS]
    if len(found) < 2 or "@" in chunk:
        return whole if found else ""
    every = " AND ".join(f'"{w}"*' for w in found)
    return f"(({every}) OR {whole})"


def _distinct(found: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(w for w in found if w)
