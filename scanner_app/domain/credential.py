"""What was presented, and the text in it that may name a pass."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import field, replace
from enum import StrEnum
from functools import lru_cache

from scanner_app.domain.values import value

MAX_BYTES = 4096
"""Longest credential looked at, in UTF-8 bytes; the largest QR code carries 2,953 (ISO/IEC 18004)."""


class Symbology(StrEnum):
    """How a credential was presented."""

    QR = "QR"
    PDF417 = "PDF417"
    AZTEC = "AZTEC"
    CODE128 = "CODE128"
    MICRO_QR = "MICRO_QR"
    RMQR = "RMQR"
    DATA_MATRIX = "DATA_MATRIX"
    EAN13 = "EAN13"
    UPCA = "UPCA"
    CODE39 = "CODE39"
    CODABAR = "CODABAR"
    ITF = "ITF"
    SCANNER = "SCANNER"  # a hand-held scanner or a line of text: some barcode, its kind not told
    VAS = "VAS"
    SMART_TAP = "SMART_TAP"
    NDEF_TEXT = "NDEF_TEXT"
    NDEF_URI = "NDEF_URI"
    SUN = "SUN"
    UID = "UID"
    TYPED = "TYPED"
    SEARCHED = "SEARCHED"

    @property
    def is_tap(self) -> bool:
        """Whether it came over NFC."""
        return self in _TAPS

    @property
    def shows_pass(self) -> bool:
        """Whether the guest held something up; False when staff typed or searched."""
        return self not in _BY_STAFF


USUAL_CODES = (Symbology.QR, Symbology.PDF417, Symbology.AZTEC, Symbology.CODE128)
"""What cameras read where a place does not say otherwise."""
OTHER_CODES = (
    Symbology.MICRO_QR, Symbology.RMQR, Symbology.DATA_MATRIX, Symbology.EAN13, Symbology.UPCA, Symbology.CODE39,
    Symbology.CODABAR, Symbology.ITF,
)  # fmt: skip
"""What they read only where a place allows it; the linear ones have weak checks or none."""

_TAPS = frozenset(
    {Symbology.VAS, Symbology.SMART_TAP, Symbology.NDEF_TEXT, Symbology.NDEF_URI, Symbology.SUN, Symbology.UID}
)
_BY_STAFF = frozenset({Symbology.TYPED, Symbology.SEARCHED})


@value(frozen=True, slots=True)
class Credential:
    """One presentation: the raw text as read, and how. `data` are the raw bytes where the reader had them.

    `part` is (number, count) of one part of a longer code, (0, 0) where the reader cannot tell: it names nobody.
    `others` are the texts of further passes that a phone handed over in the same tap: one of all is judged.
    `picked` is the account of a pass that was picked from a list, the text then its uid: no other pass is meant,
    whatever else the same text names.
    """

    text: str
    symbology: Symbology
    data: bytes | None = None
    part: tuple[int, int] | None = None
    others: tuple[str, ...] = field(default=(), repr=False)
    picked: str = field(default="", repr=False)

    @property
    def each(self) -> tuple[Credential, ...]:
        """One credential for each pass that was handed over."""
        return tuple(replace(self, text=text, others=()) for text in (self.text, *self.others))

    @property
    def nobodys(self) -> Credential:
        """As it is kept when it named no pass: of a stranger's card the end of its number, enough to tell two apart."""
        return replace(self, text=f"\u2026{self.text[-4:]}") if self.symbology is Symbology.UID else self

    @property
    def candidates(self) -> tuple[str, ...]:
        """Texts to look up, in order; empty when nothing readable is left."""
        return candidates(self.text) if self.part is None else ()


_ECI = re.compile(r"\\0000\d\d")  # AIM ECI designators that some scanners leave in the text
_EDGE = re.compile(r"^[\s\x00-\x1f\x7f-\x9f\ufeff]+|[\s\x00-\x1f\x7f-\x9f\ufeff]+$")
_PAGE = re.compile(r"^https?://[^/?#\s]+/(?:[a-z]{2}/)?p/([^/?#\s]+)/?$", re.IGNORECASE)  # seed 001: linkToPassPage


def clean(text: str) -> str:
    """Return the text without ECI designators and without control characters or white space at its ends."""
    return _EDGE.sub("", _ECI.sub("", text))


def _without_controls(text: str) -> str:
    if text.isprintable():
        return text  # nearly every code there is
    return "".join(ch for ch in text if unicodedata.category(ch) not in ("Cc", "Cs"))


def page_key(text: str) -> str | None:
    """Return the key in a platform's own download page address, else None."""
    found = _PAGE.match(text)
    return found.group(1) if found else None


@lru_cache(maxsize=64)  # finder, judge and platforms ask for the same code within one scan
def candidates(text: str) -> tuple[str, ...]:
    """Return the texts to look up, the most literal first: as read, cleaned, without inner controls, a page's key."""
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        return ()
    literal = clean(text)
    plain = _without_controls(literal)
    if not plain.strip():
        return ()
    padded = text if text.strip(" ") == literal else None  # a boarding pass may end in blanks that count
    return tuple(dict.fromkeys(t for t in (padded, literal, plain, page_key(plain)) if t))


def storable(text: str) -> str:
    """Return text that any database and JSON reader takes: lone surrogates become visible escapes."""
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
