"""Codes made into sentences, in the language set. Needs no Qt: the command line speaks with the same words.

A code is a Reason, a kind of trouble (`platform_busy`, `storage_full`, `device_missing`, `settings_...`) or a notice.
For each the catalogue (`resources/translations/XX.json`) has a title, what it means, what staff do now (`advice`) and
what an administrator fixes (`admin`). Values put into sentences may be foreign text: whoever shows it, shows it plain.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from scanner_app.domain.boarding_pass import Fault
from scanner_app.domain.errors import ScannerError
from scanner_app.domain.flight_match import FlightReason
from scanner_app.domain.passes import Direction
from scanner_app.domain.verdict import Grade, Outcome, Reason, Verdict

FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One language: its codes, its words, how it writes numbers and dates."""

    code: str
    name: str
    rtl: bool
    formats: Mapping[str, Any]
    codes: Mapping[str, Mapping[str, str]]
    words: Mapping[str, str]


class _Blank(dict[str, str]):
    """Values of a sentence; one that is not known is left out rather than breaking the sentence."""

    def __missing__(self, key: str) -> str:
        return ""


_current = FALLBACK


@cache
def languages() -> tuple[str, ...]:
    """Return the codes of the languages at hand, English first."""
    found = (f.name.removesuffix(".json") for f in (files("resources") / "translations").iterdir())
    return tuple(sorted((c for c in found if len(c) == 2), key=lambda c: (c != FALLBACK, c)))


@cache
def catalogue(language: str) -> Catalogue:
    """Return a language; English where there is no such one."""
    known = language if language in languages() else FALLBACK
    raw = json.loads((files("resources") / "translations" / f"{known}.json").read_text(encoding="utf-8"))
    return Catalogue(known, raw["name"], raw["rtl"], raw["formats"], raw["codes"], raw["words"])


def set_language(language: str) -> None:
    """Speak this language from now on."""
    global _current  # noqa: PLW0603 - one program speaks one language at a time
    _current = catalogue(language).code


def of_the_computer(environ: Mapping[str, str]) -> str:
    """Return the language that a computer is set to (POSIX locales); English where there is no other for it."""
    named = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    code = re.split(r"[_.@]", named)[0].lower()
    return code if code in languages() else FALLBACK


def language() -> str:
    """Return the language spoken."""
    return _current


def is_rtl() -> bool:
    """Return whether the language spoken runs from right to left."""
    return catalogue(_current).rtl


BREAK = "\N{SOFT HYPHEN}"
"""In a catalogue: where a long word may break, should its place be narrow. Nobody is shown it."""


def word(key: str, /, **values: object) -> str:
    """Return a label, a button, a heading."""
    return _in(catalogue(_current).words, catalogue(FALLBACK).words, key, values).replace(BREAK, "")


def parts(key: str, /) -> list[str]:
    """Return a word in the parts into which its language lets it break."""
    return _in(catalogue(_current).words, catalogue(FALLBACK).words, key, {}).split(BREAK)


def plural(key: str, count: int, /, **values: object) -> str:
    """Return a phrase that depends on a number: `key` + `.one`, `.few`, `.many`, `.other` as the language has it."""
    words = catalogue(_current).words
    form = PLURALS.get(_current, _two)(count)
    chosen = next((k for k in (f"{key}.{form}", f"{key}.many", f"{key}.other") if k in words), f"{key}.other")
    return word(chosen, count=number(count), **values)


def _in(own: Mapping[str, str], english: Mapping[str, str], key: str, values: Mapping[str, object]) -> str:
    found = own.get(key, english.get(key))
    if found is None:
        return key
    return found.format_map(_Blank({k: str(v) for k, v in values.items()})) if values else found


# --- codes
def known(code: str) -> bool:
    """Return whether the catalogue has this code."""
    return code in catalogue(FALLBACK).codes


def _part(code: str, part: str, values: Mapping[str, object]) -> str:
    for language_code in (_current, FALLBACK):
        entry = catalogue(language_code).codes.get(code)
        if entry is not None and part in entry:
            return entry[part].format_map(_Blank({k: str(v) for k, v in values.items()}))
    return ""


def headline(code: str) -> str:
    """Return the two or three words for a screen."""
    return _part(code, "title", {}) or _part("unknown_code", "title", {})


def sentence(code: str, /, **values: object) -> str:
    """Return what it means, as one sentence. An unknown code gives a plain one that names it."""
    return _part(code, "says", values) or _part("unknown_code", "says", {"code": code})


def advice(code: str, /, **values: object) -> str:
    """Return what staff do now."""
    return _part(code, "advice", values) or _part("unknown_code", "advice", {})


def admin(code: str, /, **values: object) -> str:
    """Return what an administrator fixes; the staff's advice where there is nothing to fix."""
    return _part(code, "admin", values) or advice(code, **values)


_ADMINISTRATORS = frozenset(
    f"device_{state}" for state in ("no_permission", "no_library", "unsupported", "sign_in", "no_stream")
)


def device_help(code: str) -> str:
    """Return what to do about a camera or reader that is away: staff, or the administrator where only they can."""
    return admin(code) if code in _ADMINISTRATORS else advice(code)


def guest(code: str) -> str:
    """Return what a guest at a kiosk is told; never anything about other guests."""
    return _part(code, "guest", {}) or _part("ERROR", "guest", {})


def explain(error: ScannerError) -> str:
    """Return what went wrong and what to do, with the detail in brackets, for a terminal or a log line for people."""
    known_code = error.code if known(error.code) else "trouble"
    if known(f"answer_{error.detail}"):
        return f"{told(error.detail)} {mended(error.detail)}"
    detail = f" ({error.detail})" if error.detail else ""
    return f"{sentence(known_code)}{detail} {admin(known_code)}".strip()


def told(answer: str) -> str:
    """Return what came of something that a platform was told, as staff read it; its own words stay in brackets."""
    code, words = _answered(answer)
    return f"{sentence(code)} ({words})" if code and words else sentence(code) if code else answer


def mended(answer: str) -> str:
    """Return what an administrator does about such an answer, '' where only the platform's own words are known."""
    code, _ = _answered(answer)
    return admin(code) if code else ""


def _answered(answer: str) -> tuple[str, str]:
    """Split "code: the platform's words" and return the catalogue's code for it, '' where it has none."""
    code, _, words = answer.partition(": ")
    return next((c for c in (f"answer_{code}", code) if known(c)), ""), words


_NO_BOARDING_PASS = {fault.value for fault in Fault} | {FlightReason.RECEIPT.value}


def verdict_code(verdict: Verdict) -> str:
    """Return the code under which the catalogue keeps a verdict: admissions are told apart by their worth."""
    if verdict.reason is not Reason.ADMIT:
        return _refusal_code(verdict)
    if verdict.outcome is Outcome.ATTENTION:
        return "ADMIT_STALE"
    if verdict.direction is Direction.EXIT and verdict.grade is not Grade.NONE:
        return "LEAVE" if verdict.grade is Grade.CONFIRMED else "LEAVE_PENDING"
    return {Grade.CONFIRMED: "ADMIT", Grade.PENDING: "ADMIT_PENDING", Grade.NONE: "ADMIT_LOOK"}[verdict.grade]


def _refusal_code(verdict: Verdict) -> str:
    if verdict.reason is Reason.UNREADABLE and "part" in verdict.detail:
        return "CODE_PART"
    if verdict.reason is Reason.NULLIFIED and "reissued_as" in verdict.detail:
        return "REISSUED"
    if verdict.reason is Reason.WRONG_FLIGHT and verdict.detail.get("why") in _NO_BOARDING_PASS:
        return "NO_BOARDING_PASS"
    return verdict.reason.value


# --- plurals (Unicode CLDR, "Language Plural Rules", cardinals)
def _two(n: int) -> str:
    return "one" if n == 1 else "other"


def _french(n: int) -> str:
    return "one" if n in (0, 1) else "other"


def _polish(n: int) -> str:
    if n == 1:
        return "one"
    return "few" if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else "many"


def _arabic(n: int) -> str:
    if n in (0, 1, 2):
        return ("zero", "one", "two")[n]
    if 3 <= n % 100 <= 10:
        return "few"
    return "many" if n % 100 >= 11 else "other"


PLURALS = {"fr": _french, "pl": _polish, "ar": _arabic}


def number(value: float, places: int = 0) -> str:
    """Return a number as the language groups and points it."""
    formats = catalogue(_current).formats
    plain = f"{value:,.{places}f}"
    return plain.translate(str.maketrans({",": formats["group"], ".": formats["point"]}))
