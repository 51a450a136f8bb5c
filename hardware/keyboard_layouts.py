"""Keyboard layouts as rows of keys: what a scanner meant, when it types on a keyboard of another country.

A keyboard scanner sends key positions, nearly always of the US layout; the computer reads them by its own layout. Rows
are positions: number row, three letter rows, then the extra key of ISO keyboards and space. NUL: a key without a
character of its own (dead keys). Source: the layouts of xkeyboard-config (us, gb, de, fr, es, it, ch).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

DEAD = "\0"


@dataclass(frozen=True, slots=True)
class Layout:
    """The 48 positions without, with Shift, and what AltGr adds (position -> character)."""

    plain: str
    shifted: str
    altgr: str = ""

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
    ),
    "fr": Layout(
        _row("²&é\"'(-è_çà)= azertyuiop¤$* qsdfghjklmù wxcvbn,;:! <"),
        _row("¤1234567890°+ AZERTYUIOP¤£µ QSDFGHJKLM% WXCVBN?./§ >"),
        _row("¤¤¤#{[|¤\\^@]} ¤¤€¤¤¤¤¤¤¤¤¤¤ ¤¤¤¤¤¤¤¤¤¤¤ ¤¤¤¤¤¤¤¤¤¤ ¤"),
    ),
    "es": Layout(
        _row("º1234567890'¡ qwertyuiop¤+ç asdfghjklñ¤ zxcvbnm,.- <"),
        _row('ª!"·$%&/()=?¿ QWERTYUIOP¤*Ç ASDFGHJKLÑ¤ ZXCVBNM;:_ >'),
        _row("\\|@#~¤¬¤¤¤¤¤¤ ¤¤€¤¤¤¤¤¤¤[]} ¤¤¤¤¤¤¤¤¤¤{ ¤¤¤¤¤¤¤¤¤¤ ¤"),
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
    ),
}


def translate(text: str, *, scanner: str, computer: str) -> str:
    """What a scanner set to one layout meant, when a computer set to another received `text`.

    Characters that the computer's layout cannot have produced stay as they are. Raises KeyError for unknown layouts.
    """
    if scanner == computer:
        return text
    table = _table(scanner, computer)
    return "".join(table.get(c, c) for c in text)


@cache
def _table(scanner: str, computer: str) -> dict[str, str]:
    meant, received = LAYOUTS[scanner], LAYOUTS[computer]
    table: dict[str, str] = {}
    for theirs, ours in ((received.plain, meant.plain), (received.shifted, meant.shifted)):
        for seen, wanted in zip(theirs, ours, strict=True):
            if DEAD not in (seen, wanted):
                table.setdefault(seen, wanted)
    return table
