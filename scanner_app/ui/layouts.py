"""Where the letters lie on the keyboard on the screen, in each language. Needs no Qt.

Letters follow the layouts people of a language know (Unicode CLDR keyboards, the national standards behind them); a
language's accented letters have keys of their own, since nobody at a door searches for a long press.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

Rows = tuple[str, str, str]

DIGITS = "1234567890"
SIGNS: Rows = ("@#€$%&*+=/", "-_()[]{}<>", ".,:;!?'\"\\|~")
LETTERS: Mapping[str, Rows] = MappingProxyType(
    {
        "en": ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
        "de": ("qwertzuiopü", "asdfghjklöä", "yxcvbnmß"),
        "fr": ("azertyuiopéè", "qsdfghjklmçà", "wxcvbnùêô"),
        "es": ("qwertyuiopáé", "asdfghjklñíó", "zxcvbnmúü"),
        "it": ("qwertyuiopèé", "asdfghjklòàì", "zxcvbnmù"),
        "nl": ("qwertyuiopëé", "asdfghjklïö", "zxcvbnmüó"),
        "pl": ("qwertyuiopęó", "asdfghjkląśł", "zxcvbnmżźćń"),
        "ar": ("ضصثقفغعهخحجد", "شسيبلاتنمكطذ", "ئءؤرىةوزظأإآ"),
    }
)
LATIN = "en"


def letters(language: str) -> Rows:
    """Return a language's rows of letters; Latin ones where there are none."""
    return LETTERS.get(language, LETTERS[LATIN])


def has_capitals(language: str) -> bool:
    """Return whether the script knows capital letters."""
    return any(letter.upper() != letter for row in letters(language) for letter in row)


def capital(letter: str) -> str:
    """Return a letter's capital; ß has one of its own here, which stays one key."""
    return "ẞ" if letter == "ß" else letter.upper()
