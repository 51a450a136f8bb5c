"""Every code that the program can show has its sentence in every language; nothing needs Qt."""

import re
import string
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

import scanner_app
from scanner_app.application.config import AccountConfig
from scanner_app.application.events import DeviceState
from scanner_app.application.ports import Connection
from scanner_app.application.venue_rule import Alone
from scanner_app.domain.boarding_pass import Fault
from scanner_app.domain.errors import (
    Bug,
    PlatformCause,
    PlatformKind,
    SettingsTrouble,
    StorageKind,
    StorageTrouble,
)
from scanner_app.domain.flight_match import FlightReason
from scanner_app.domain.passes import Direction
from scanner_app.domain.place import Policy
from scanner_app.domain.verdict import Outcome, Reason, Verdict
from scanner_app.platforms.registry import ADAPTERS, build
from scanner_app.ui import moments, texts
from scanner_app.ui.facts import Telling, refusal_facts
from scanner_app.ui.sample import VERDICTS

ROOT = Path(scanner_app.__file__).parent
LANGUAGES = texts.languages()
CODES = [
    *(r.value for r in Reason),
    *(s.code for s in DeviceState if s.away),
    *(f"storage_{k.value}" for k in StorageKind),
    *(f"platform_{k.value}" for k in (*PlatformKind, *PlatformCause)),
    "trouble", "bug", "error", "ADMIT_PENDING", "ADMIT_STALE", "ADMIT_LOOK", "unknown_code",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _english():
    yield
    texts.set_language("en")


@cache
def source():
    return "".join(path.read_text(encoding="utf-8") for path in sorted(ROOT.rglob("*.py")))


def literals(call: str) -> set[str]:
    """Codes that the program names: the first argument of every `call("...")`."""
    return set(re.findall(rf'\b{call}\(\s*"(\w+)"', source()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_its_words(language):
    catalogue = texts.catalogue(language)
    for code in CODES:
        assert set(catalogue.codes[code]) >= {"title", "says", "advice"}, code
    for verdict in VERDICTS.values():
        assert catalogue.codes[texts.verdict_code(verdict)]["guest"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_notice_and_settings_code_in_the_program_has_its_words(language):
    codes = literals("Notice") | literals("CorrectionReport") | {f"settings_{c}" for c in literals("SettingsTrouble")}
    missing = sorted(c for c in codes if c not in texts.catalogue(language).codes)
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_an_administrator_mends_has_a_sentence_for_the_administrator_too(language):
    codes, english = texts.catalogue(language).codes, texts.catalogue("en").codes
    mended = [c for c in english if c.startswith(("platform_", "settings_", "link_", "upload_", "account_"))]
    assert len(mended) > 90
    assert [c for c in mended if not codes[c].get("admin", "").strip()] == []
    told_apart = [c for c in mended if codes[c]["admin"] == codes[c]["says"]]
    assert told_apart == []
    untranslated = [c for c in mended if language != "en" and codes[c]["admin"] == english[c]["admin"]]
    assert untranslated == []


@pytest.mark.parametrize("name", sorted(ADAPTERS))
def test_every_reason_why_a_platform_cannot_has_its_words(name):
    platform = build(AccountConfig("a", name, "https://127.0.0.1:9"), "key:secret")
    reasons = {*platform.capabilities.missing.values(), "not_in_contract"}
    platform.close()
    assert [r for r in sorted(reasons) if not texts.known(f"settings_cannot_{r}")] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_have_the_same_keys_and_values_to_fill_in(language):
    english, other = texts.catalogue("en"), texts.catalogue(language)
    assert _base(other.words) == _base(english.words)
    assert set(other.codes) == set(english.codes)
    for key, text in english.words.items():
        if key in other.words:
            assert _holes(other.words[key]) == _holes(text), key
    for code, parts in other.codes.items():
        assert set(parts) == set(english.codes[code]), code
        for part, text in parts.items():
            assert _holes(text) == _holes(english.codes[code][part]), (code, part)


def _base(words):
    return {re.sub(r"\.(zero|one|two|few|many|other)$", "", key) for key in words}


def _holes(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name} - {"count"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_that_the_window_asks_for_exists(language):
    words = texts.catalogue(language).words
    for key in literals_of_word():
        assert key in words, key
    enums = [("policy", Policy), ("direction", Direction), ("device", DeviceState)]
    for prefix, kind in enums:
        assert all(f"{prefix}.{member.value}" in words for member in kind)
    assert all(f"strip.{c.value}" in words for c in Connection)


def literals_of_word():
    return set(re.findall(r'\btexts\.word\(\s*"([\w.]+)"', source()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_headlines_are_short_enough_for_two_metres(language):
    for code in [*(r.value for r in Reason), "ADMIT_PENDING", "ADMIT_STALE", "ADMIT_LOOK", "REISSUED"]:
        title = texts.catalogue(language).codes[code]["title"]
        assert len(title) <= 18, title
        assert max(len(w) for w in title.split()) <= 13, title


def test_pending_never_reads_like_confirmed():
    assert texts.word("door.pending") != texts.word("door.confirmed")
    assert texts.sentence("ADMIT") != texts.sentence("ADMIT_PENDING")


def test_refusals_look_refused_whatever_their_reason():
    for verdict in VERDICTS.values():
        if verdict.outcome is Outcome.REFUSE:
            named = {"CODE_PART", "NO_BOARDING_PASS", "REISSUED", *(r.value for r in Reason)} - {"ADMIT"}
            assert texts.verdict_code(verdict) in named


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_wrong_with_a_boarding_pass_or_a_door_alone_is_told_in_words(language):
    texts.set_language(language)
    alone = [w.value for w in Alone if w not in (Alone.ADMITS, Alone.REFUSES)]
    told = [(Reason.HUB_UNDECIDED, code) for code in alone]
    told += [(Reason.WRONG_FLIGHT, code.value) for code in (*FlightReason, *Fault)]
    for reason, code in told:
        verdict = Verdict(Outcome.REFUSE, reason, detail={"why": code})
        [fact] = refusal_facts(verdict, Telling(datetime(2026, 6, 20, tzinfo=UTC)))
        assert ".why" not in fact.value
        assert len(fact.value) > 3


def test_an_unknown_code_is_named_and_breaks_nothing():
    assert "no_such_thing" in texts.sentence("no_such_thing")
    assert texts.advice("no_such_thing")
    assert texts.word("no.such.word") == "no.such.word"


def test_values_are_put_in_plain_and_never_read_as_patterns():
    assert "{code}{0.__class__}" in texts.sentence("unknown_code", code="{code}{0.__class__}")


@pytest.mark.parametrize(
    "error", [SettingsTrouble("bad_source", "camera:"), StorageTrouble(StorageKind.FULL), Bug("x{y}")]
)
def test_explain_says_what_and_what_to_do(error):
    said = texts.explain(error)
    assert texts.sentence(error.code) in said
    assert texts.admin(error.code) in said
    assert error.detail in said


@pytest.mark.parametrize(("language", "wanted"), [("en", "1,234.5"), ("de", "1.234,5")])
def test_numbers_in_the_language(language, wanted):
    texts.set_language(language)
    assert texts.number(1234.5, 1) == wanted


@pytest.mark.parametrize(("language", "wanted"), [("en", "9 Mar 2026, 13:05"), ("de", "9. März 2026, 13:05")])
def test_times_in_the_language_and_the_places_zone(language, wanted):
    texts.set_language(language)
    at = datetime(2026, 3, 9, 12, 5, tzinfo=UTC)
    assert moments.when(at, at + timedelta(days=2), "Europe/Berlin") == wanted
    assert moments.when(at, at + timedelta(hours=1), "Europe/Berlin") == "13:05"


@pytest.mark.parametrize(("language", "wanted"), [("en", "9 Mar"), ("de", "9.3."), ("fr", "9/3"), ("pl", "9.03")])
def test_a_day_on_a_chart_in_the_language(language, wanted):
    texts.set_language(language)
    assert moments.short_day(date(2026, 3, 9)) == wanted


def test_an_unknown_zone_falls_back():
    assert moments.clock(datetime(2026, 3, 9, 12, 5, tzinfo=UTC), "Mars/Base")


@pytest.mark.parametrize(
    ("language", "n", "wanted"),
    [("pl", 1, "Została 1 próba."), ("pl", 3, "Zostały 3 próby."), ("pl", 5, "Zostało 5 prób."),
     ("fr", 0, "Encore 0 essai."), ("ar", 2, "بقيت محاولتان."), ("ar", 3, "بقيت 3 محاولات."),
     ("de", 2, "Noch 2 Versuche.")],
)  # fmt: skip
def test_numbers_bend_their_words(language, n, wanted):
    texts.set_language(language)
    assert texts.plural("pin.left", n) == wanted


@pytest.mark.parametrize("n", [0, 1, 2, 4, 5, 11, 12, 22, 25, 100, 101, 112])
def test_plurals_by_cldr(n):
    assert texts.PLURALS["pl"](n) == {1: "one", 2: "few", 4: "few", 22: "few"}.get(n, "many")
    assert texts.PLURALS["ar"](n) == {
        0: "zero", 1: "one", 2: "two", 4: "few", 5: "few", 11: "many", 12: "many", 22: "many", 25: "many", 100: "other",
        101: "other", 112: "many",
    }[n]  # fmt: skip


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({"LANG": "de_AT.UTF-8"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "pl_PL"}, "pl"),
        ({"LANG": "fr_FR@euro", "LC_MESSAGES": "", "LC_ALL": ""}, "fr"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "en"),
        ({}, "en"),
    ],
    ids=["LANG", "LC_ALL", "euro", "C", "not-ours", "nothing"],
)
def test_the_language_a_computer_is_set_to(environ, wanted):
    assert texts.of_the_computer(environ) == wanted


def test_texts_need_no_qt():
    names = "texts, moments, facts, plain, kiosk_machine, tokens"
    code = f"import sys; sys.modules['PySide6'] = None; from scanner_app.ui import {names}"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)


def test_catalogues_are_where_they_are_installed():
    assert (files("resources") / "translations" / "en.json").is_file()
