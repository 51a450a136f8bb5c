"""Keyboard scanners told from people, by timing and terminator alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.keyboard_layouts import DEAD, LAYOUTS, dead_key, translate
from hardware.wedge import LONGEST, Decision, Fate, Wedge, WedgeProfile


def burst(wedge, text, *, start=10.0, gap=0.005, end=True):
    at = start
    for character in text:
        assert wedge.feed(character, at, terminator=False).fate is Fate.HOLD
        at += gap
    return wedge.feed("", at, terminator=True) if end else at


@pytest.mark.parametrize(
    "text",
    [
        "0190a5b2-7c3d-7e4f-8a9b-0123456789ab",
        "https://example.org/p/abc?x=1&y=%20#z",
        "Jürgen Größe €5 日本語",
        "M1DESMARAIS/LUC       EABC123 YULFRAAC 0834 226F001A0025 100",
        "]C10101234567890128\x1d10ABC",
        "    four spaces first",
        "1234",
    ],
)
def test_every_character_is_kept(text):
    assert burst(Wedge(), text) == Decision(Fate.DONE, text, "wedge")


@given(st.text(st.characters(exclude_categories=["Cs", "Co"]), min_size=4, max_size=300))
def test_any_text_at_scanner_pace_is_one_scan(text):
    assert burst(Wedge(), text).text == text


@given(st.text(min_size=1, max_size=40), st.floats(0.04, 2))
def test_typing_is_never_a_scan(text, gap):
    wedge = Wedge()
    at = 5.0
    for character in text:
        wedge.feed(character, at, terminator=False)
        at += gap
    assert wedge.feed("", at, terminator=True).fate is Fate.PASS


def test_a_few_quick_keys_are_typing():
    assert burst(Wedge(), "abc").fate is Fate.PASS


def test_typing_before_a_scan_is_not_part_of_it():
    wedge = Wedge()
    wedge.feed("x", 1.0, terminator=False)
    assert burst(wedge, "12345678", start=1.2).text == "12345678"


@pytest.mark.parametrize(
    ("quick", "gap", "whole"), [(4, 0.1, True), (30, 0.1, True), (3, 0.1, False), (30, 0.2, False)]
)
def test_a_scanner_that_stumbles_is_one_scan_still(quick, gap, whole):
    """Radio scanners repeat what was not heard: the first half was lost, and the second judged as a code."""
    wedge, text = Wedge(), "0190a5b2-7c3d-7e4f-8a9b-0123456789ab"
    at = burst(wedge, text[:quick], end=False)
    assert burst(wedge, text[quick:], start=at + gap).text == (text if whole else text[quick:])


def test_scans_in_a_row():
    wedge = Wedge()
    assert [burst(wedge, t, start=s).text for t, s in (("first-1", 1), ("second-2", 2))] == ["first-1", "second-2"]


def test_a_second_terminator_presses_no_button():
    wedge = Wedge()
    assert burst(wedge, "12345").text == "12345"
    assert wedge.feed("", 10.03, terminator=True) == Decision(Fate.DONE)
    assert wedge.feed("", 11.0, terminator=True).fate is Fate.PASS


def test_given_up_keys_are_forgotten():
    wedge = Wedge()
    burst(wedge, "12345", end=False)
    wedge.give_up()
    assert wedge.feed("", 10.03, terminator=True).fate is Fate.PASS


def test_endless_input_stays_bounded_and_recognisably_too_long():
    assert len(burst(Wedge(), "x" * 100_000, gap=0.0001).text) == LONGEST


def test_marks_name_the_source_and_are_taken_off():
    profiles = (
        WedgeProfile("handheld"),
        WedgeProfile("wallet", prefix="~W", suffix="~"),
        WedgeProfile("card", prefix="~C"),
    )
    read = [burst(Wedge(profiles), t) for t in ("~Wtoken~", "~Ctoken", "plain-1", "~Wtoken")]
    named = [(d.source, d.text) for d in read]
    assert named == [("wallet", "token"), ("card", "token"), ("handheld", "plain-1"), ("handheld", "~Wtoken")]


def test_without_the_marks_of_any_profile_it_is_typing():
    assert burst(Wedge((WedgeProfile("wallet", prefix="~W"),)), "12345").fate is Fate.PASS


@pytest.mark.parametrize(
    ("computer", "received"),
    [
        ("us", "https://exam.org/q?x-y"),
        ("de", "httpsÖ--exam.org-q_xßz"),
        ("fr", "httpsM!!exq,:org!a§x)y"),
    ],
)
def test_a_us_scanner_on_another_keyboard(computer, received):
    assert burst(Wedge(computer_layout=computer), received).text == "https://exam.org/q?x-y"


def press(text, layout):
    """What a computer of this layout receives when a US scanner types."""
    us, theirs = LAYOUTS["us"], LAYOUTS[layout]
    out = []
    for character in text:
        row = us.plain if character in us.plain else us.shifted
        place = row.index(character)
        out.append((theirs.plain if row is us.plain else theirs.shifted)[place])
    return "".join(out)


@pytest.mark.parametrize("computer", sorted(LAYOUTS))
@pytest.mark.parametrize("text", ["0190a5b2-7c3d-7e4f-8a9b-0123456789AB", "https://t.example/x.y,z;q:w/QWERTZ_1"])
def test_identifiers_survive_every_layout(computer, text):
    received = press(text, computer)
    assert DEAD not in received
    assert translate(received, scanner="us", computer=computer) == text


def test_rows_fit_together():
    for layout in LAYOUTS.values():
        assert len(layout.plain) == len(layout.shifted) == 48
        assert len(layout.altgr) in (0, 48)


@pytest.mark.parametrize(
    ("typed", "scanner", "computer", "meant"),
    [
        ("t" + dead_key(0x0301) + "1", "us", "de", "t=1"),
        ("t" + dead_key(0x0302) + "1", "us", "ch", "t=1"),
        (dead_key(0x0301) + "e", "de", "de", "é"),
        (dead_key(0x0302) + " x", "de", "de", "^x"),
        (dead_key(0x0301) + "7" + dead_key(0x0308), "de", "de", "´7¨"),
    ],
)
def test_dead_keys(typed, scanner, computer, meant):
    assert translate(typed, scanner=scanner, computer=computer) == meant


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_dead_keys_stand_where_the_layout_has_no_character(name):
    layout = LAYOUTS[name]
    assert all((layout.shifted if shift else layout.plain)[at] == DEAD for _, at, shift in layout.dead)
