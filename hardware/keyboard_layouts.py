"""Keyboard layouts as rows of keys: what a scanner meant, when it types on a keyboard of another country.

A keyboard scanner sends key positions, nearly always of the US layout; the computer reads them by its own layout. Rows
are positions: number row, three letter rows, then the extra key of ISO keyboards and space. NUL: a key without a
character of its own (dead keys). Source: the layouts of xkeyboard-config (us, gb, de, fr, es, it, ch).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

DEAD = "\0"
# A dead key arrives as its combining character moved to a private plane: no scanner can send that as text.
_PRIVATE, _PRIVATE_END = 0xF0000, 0xF036F
_SPACING = {0x0300: "`", 0x0301: "\u00b4", 0x0302: "^", 0x0303: "~", 0x0308: "\u00a8", 0x0327: "\u00b8"}


def dead_key(combining: int) -> str:
    """How a dead key is handed to `translate`; `combining` is the code point of its accent."""
    return chr(_PRIVATE | combining)


_GRAVE, _ACUTE, _CIRCUMFLEX, _DIAERESIS = map(dead_key, (0x0300, 0x0301, 0x0302, 0x0308))


@dataclass(frozen=True, slots=True)
class Layout:
    """The 48 positions without, with Shift, and what AltGr adds; `dead`: dead key, position, Shift."""

    plain: str
    shifted: str
    altgr: str = ""
    dead: tuple[tuple[str, int, bool], ...] = ()

    def character(self, position: int, *, shift: bool, altgr: bool) -> str:
        """What the key gives; empty for none."""
        rows = self.altgr if altgr else self.shifted if shift else self.plain
        found = rows[position] if position < len(rows) else ""
        return "" if found == DEAD else found


def _row(text: str) -> str:
    """Rows are written with blanks between them and `¤` for a key without a character."""
    return "".join(text.split(" ")).replace("¤", DEAD)


LAYOUTS = {
    "us": Layout(
        _row("`1234567890-= qwertyuiop[]\\ asdfghjkl;' zxcvbnm,./ \\"),
        _row('~!@#$%^&*()_+ QWERTYUIOP{}| ASDFGHJKL:" ZXCVBNM<>? |'),
    ),
    "gb": Layout(
        _row("`1234567890-= qwertyuiop[]# asdfghjkl;' zxcvbnm,./ \\"),
        _row('¬!"£$%^&*()_+ QWERTYUIOP{}~ ASDFGHJKL:@ ZXCVBNM<>? |'),
    ),
    "de": Layout(
        _row("¤1234567890ß¤ qwertzuiopü+# asdfghjklöä yxcvbnm,.- <"),
        _row("°!\"§$%&/()=?¤ QWERTZUIOPÜ*' ASDFGHJKLÖÄ YXCVBNM;:_ >"),
        _row("¤¤²³¤¤¤{[]}\\¤ @¤€¤¤¤¤¤¤¤¤~¤ ¤¤¤¤¤¤¤¤¤¤¤ ¤¤¤¤¤¤µ¤¤¤ |"),
        ((_CIRCUMFLEX, 0, False), (_ACUTE, 12, False), (_GRAVE, 12, True)),
    ),
    "fr": Layout(
        _row("²&é\"'(-è_çà)= azertyuiop¤$* qsdfghjklmù wxcvbn,;:! <"),
        _row("¤1234567890°+ AZERTYUIOP¤£µ QSDFGHJKLM% WXCVBN?./§ >"),
        _row("¤¤¤#{[|¤\\^@]} ¤¤€¤¤¤¤¤¤¤¤¤¤ ¤¤¤¤¤¤¤¤¤¤¤ ¤¤¤¤¤¤¤¤¤¤ ¤"),
        ((_CIRCUMFLEX, 23, False), (_DIAERESIS, 23, True)),
    ),
    "es": Layout(
        _row("º1234567890'¡ qwertyuiop¤+ç asdfghjklñ¤ zxcvbnm,.- <"),
        _row('ª!"·$%&/()=?¿ QWERTYUIOP¤*Ç ASDFGHJKLÑ¤ ZXCVBNM;:_ >'),
        _row("\\|@#~¤¬¤¤¤¤¤¤ ¤¤€¤¤¤¤¤¤¤[]} ¤¤¤¤¤¤¤¤¤¤{ ¤¤¤¤¤¤¤¤¤¤ ¤"),
        ((_GRAVE, 23, False), (_CIRCUMFLEX, 23, True), (_ACUTE, 36, False), (_DIAERESIS, 36, True)),
    ),
    "it": Layout(
        _row("\\1234567890'ì qwertyuiopè+ù asdfghjklòà zxcvbnm,.- <"),
        _row('|!"£$%&/()=?^ QWERTYUIOPé*§ ASDFGHJKLç° ZXCVBNM;:_ >'),
        _row("¤¤¤¤¤¤¤¤¤¤¤¤¤ ¤¤€¤¤¤¤¤¤¤[]¤ ¤¤¤¤¤¤¤¤¤@# ¤¤¤¤¤¤¤¤¤¤ ¤"),
    ),
    "ch": Layout(
        _row("§1234567890'¤ qwertzuiopü¤$ asdfghjklöä yxcvbnm,.- <"),
        _row('°+"*ç%&/()=?¤ QWERTZUIOPè!£ ASDFGHJKLéà YXCVBNM;:_ >'),
        _row("¤¦@#°§¬|¢¤¤¤¤ ¤¤€¤¤¤¤¤¤¤[]} ¤¤¤¤¤¤¤¤¤¤{ ¤¤¤¤¤¤¤¤¤¤ \\"),
        ((_CIRCUMFLEX, 12, False), (_GRAVE, 12, True), (_DIAERESIS, 24, False)),
    ),
}


def translate(text: str, *, scanner: str, computer: str) -> str:
    """What a scanner set to one layout meant, when a computer set to another received `text`.

    Characters that the computer's layout cannot have produced stay as they are. Raises KeyError for unknown layouts.
    """
    if scanner == computer:
        return _composed(text)
    table = _table(scanner, computer)
    return _composed("".join(table.get(c, c) for c in text))


def _composed(text: str) -> str:
    """Dead keys with what follows them: an accent and a letter are one character, with a space the accent itself."""
    if not any(_PRIVATE <= ord(c) <= _PRIVATE_END for c in text):
        return text
    made, accent = "", 0
    for char in [*text, ""]:
        if accent:
            joined = unicodedata.normalize("NFC", char + chr(accent)) if char.isalpha() else ""
            made += joined if len(joined) == 1 else _SPACING.get(accent, "") + char.strip(" ")
            accent = 0
        elif char and _PRIVATE <= ord(char) <= _PRIVATE_END:
            accent = ord(char) - _PRIVATE
        else:
            made += char
    return made


@cache
def _table(scanner: str, computer: str) -> dict[str, str]:
    meant, received = LAYOUTS[scanner], LAYOUTS[computer]
    table: dict[str, str] = {}
    for theirs, ours in ((received.plain, meant.plain), (received.shifted, meant.shifted)):
        for seen, wanted in zip(theirs, ours, strict=True):
            if DEAD not in (seen, wanted):
                table.setdefault(seen, wanted)
    for mark, position, shift in received.dead:
        wanted = (meant.shifted if shift else meant.plain)[position]
        if wanted != DEAD:
            table[mark] = wanted
    return table
