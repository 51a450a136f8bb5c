"""Search words: what people type and what passes carry, folded alike (case, accents, presentation forms)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from scanner_app.domain.passes import Pass

_WORD = re.compile(r"[^\W_]+")
_SINGLE = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")  # written without spaces
_ADDRESS = re.compile(r"^[^@\s]+@[^@\s]+$")

MAX_WORDS = 12
"""Words of a query that count: more do not narrow a search any further."""

MAX_CHARS = 64
"""Longest word kept, of passes and queries alike."""


def words(text: str) -> list[str]:
    """Return the folded words of a text: "Müller-Lüdenscheidt" -> ["muller", "ludenscheidt"]."""
    if text.isascii():
        return [w[:MAX_CHARS] for w in _WORD.findall(text.lower())]
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(ch for ch in plain if unicodedata.category(ch) not in ("Mn", "Cs"))
    return [w[:MAX_CHARS] for w in _WORD.findall(_SINGLE.sub(r" \1 ", plain))]


def joined(text: str) -> str:
    """Return an id or a barcode as one folded word, so that its dashes do not matter."""
    return "".join(words(text))[:MAX_CHARS]


def search_text(one: Pass) -> str:
    """Return the words by which a pass can be found: holder, addresses, ids, barcode."""
    names = words(one.holder)
    for text in one.fields.values():
        if _ADDRESS.match(text):
            names += words(text)
    ids = (joined(text) for text in (one.uid, *one.identifiers.values()))
    return " ".join(_distinct((*names, *ids)))


def match_query(text: str) -> str | None:
    """Return the FTS5 query for what was typed: every word, each also as a beginning; or all of it as one id."""
    found = list(_distinct(words(text)))[:MAX_WORDS]
    if not found:
        return None
    every = " AND ".join(f'"{w}"*' for w in found)
    return every if len(found) == 1 else f'({every}) OR "{joined(text)}"*'


def _distinct(found: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(w for w in found if w)
