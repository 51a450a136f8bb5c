"""Every error of every contract has a sentence for staff and one for the administrator, in every language.

The statuses are read out of the table that says what they mean, the codes out of the source of the adapters and of
the port, which makes the answer that all of them share.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

import scanner_app.platforms
from scanner_app.application.ports import platform as port
from scanner_app.domain.errors import PlatformKind
from scanner_app.platforms import answers
from scanner_app.ui import texts

SOURCE = [*sorted(Path(scanner_app.platforms.__file__).parent.rglob("*.py")), Path(port.__file__)]
TOLD = {"DONE", "ALREADY"}  # nothing is wrong, nobody has to read it
MADE = {"_forbidden", "Answer", "PlatformTrouble", "__init__"}
FREE = {
    "own rate limit", "closed", "deadline passed", "a page instead of data", "not deleted", "reactivate",
    "the ticket does not tell whether it was done", "no such production, campaign or program",
}  # fmt: skip
"""Words in brackets behind the sentence of the kind of trouble."""

BESIDE = {"poison", "unrecord_not_offered"}
"""Answers that no adapter gives: the queue's own, and what ledgers of before hold of PassEntry's undos."""


def calls() -> Iterator[ast.Call]:
    """Every call in the adapters that makes a trouble or an answer."""
    for path in SOURCE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node) in MADE and node.args:
                yield node


def _name(call: ast.Call) -> str:
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


def codes() -> set[str]:
    """Return the codes that the adapters name in them."""
    found = set()
    for call in calls():
        how = ast.unparse(call.args[0]).rpartition(".")[2]
        named = call.args[0] if _name(call) == "_forbidden" else (*call.args[1:2], None)[0]
        if how not in TOLD and isinstance(named, ast.Constant) and named.value:
            found.add(str(named.value))
    return (found | set(orders())) - FREE


def orders() -> Iterator[str]:
    """Return by which codes one of two admissions is called the first."""
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(port.other_was)))):
        if isinstance(node, ast.Return):
            yield from (str(c.value) for c in ast.walk(node) if isinstance(c, ast.Constant))


@pytest.mark.parametrize("language", texts.languages())
def test_what_a_platform_may_answer_has_both_sentences(language):
    catalogue, found = texts.catalogue(language).codes, codes()
    assert {
        "used_elsewhere",
        "used_later",
        "used_together",
        "redeem_is_final",
        "push_count",
        "value_not_offered",
    } <= found
    missing = [c for c in sorted(found | BESIDE) if not catalogue.get(f"answer_{c}", {}).get("admin")]
    assert missing == []
    for code in found:
        entry = catalogue[f"answer_{code}"]
        assert entry["says"].strip()
        assert entry["says"] != entry["admin"]
        assert language == "en" or entry != texts.catalogue("en").codes[f"answer_{code}"]
    unused = {c for c in catalogue if c.startswith("answer_")} - {f"answer_{c}" for c in found | BESIDE}
    assert unused == set()


@pytest.mark.parametrize("language", texts.languages())
@pytest.mark.parametrize("html", [True, False])
def test_every_status_that_a_platform_may_send_has_both_sentences(language, html):
    catalogue = texts.catalogue(language).codes
    kinds = {answers.kind_of(status, html=html) for status in range(100, 600)}
    assert kinds | {PlatformKind.UNREACHABLE} <= set(PlatformKind)
    for kind in kinds:
        entry = catalogue[f"platform_{kind.value}"]
        assert all(entry[part].strip() for part in ("title", "says", "advice", "admin")), kind


def test_a_code_becomes_its_sentence_and_a_platform_s_words_stay_in_brackets():
    assert texts.told("redeem_is_final") == "The platform cannot take a redemption back."
    assert texts.told("poison: HTTP 500 sorry").endswith("(HTTP 500 sorry)")
    assert texts.told("Pass not found") == "Pass not found"
    assert texts.mended("Pass not found") == ""
