"""Foreign text as one segment of a URL path, and nothing but one segment (reliability.md, finding 6)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from urllib.parse import quote, unquote, urlencode

from scanner_app.domain.errors import Bug, PlatformKind, PlatformTrouble

LONGEST = 512
"""Longest segment in UTF-8 bytes (reliability.md 4.1); the longest documented identifier is far shorter."""


class UnusableSegment(PlatformTrouble):
    """This text can name nothing on a platform; nothing was sent."""

    def __init__(self) -> None:
        super().__init__(PlatformKind.REFUSED, "unusable_identifier", sent=False)


def segment(text: str) -> str:
    """Return the text quoted as one path segment; raise UnusableSegment where it could be read as anything else.

    `../x` is refused although it is quoted: some servers undo `%2F` before they tidy up a path.
    """
    climbs = {".", ".."} & set(re.split(r"[/\\]", text))
    if not text or climbs or any(unicodedata.category(ch) in ("Cc", "Cs") for ch in text):
        raise UnusableSegment
    if len(text) > LONGEST or len(text.encode()) > LONGEST:
        raise UnusableSegment
    return quote(text, safe="")


def target(prefix: str, segments: Sequence[str], params: Mapping[str, str]) -> bytes:
    """Return the request target: prefix, each segment quoted, then the query."""
    quoted = [segment(text) for text in segments]
    path = "/".join([prefix.rstrip("/"), *quoted])
    _prove(prefix.rstrip("/"), path, segments)
    query = urlencode(params, quote_via=quote, safe="", errors="replace")
    return f"{path}?{query}".encode("ascii") if query else path.encode("ascii")


def _prove(prefix: str, path: str, segments: Sequence[str]) -> None:
    """Whatever was scanned, the path is the prefix and exactly these segments."""
    tail = path.removeprefix(prefix).split("/")[1:]
    if not path.startswith(prefix) or [unquote(part) for part in tail] != list(segments) or {"?", "#"} & set(path):
        raise Bug("a path that is not what was asked for")
