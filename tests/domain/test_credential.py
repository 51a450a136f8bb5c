"""What is left of a scanned text, and what never is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner_app.domain.credential import MAX_BYTES, candidates, clean, page_key, storable


@pytest.mark.parametrize(
    ("raw", "texts"),
    [
        ("abc\r\n", ("abc",)),
        ("  abc\t", ("abc",)),
        ("\\000026abc", ("abc",)),
        ("\x1dabc\x00", ("abc",)),
        ("a\x1db", ("a\x1db", "ab")),
        ("a b", ("a b",)),
        ("M1DOE/JANE 100 ", ("M1DOE/JANE 100 ", "M1DOE/JANE 100")),
        ("https://app.passcreator.com/en/p/nr9pod8", ("https://app.passcreator.com/en/p/nr9pod8", "nr9pod8")),
        ("https://app.passcreator.com/p/1234567/", ("https://app.passcreator.com/p/1234567/", "1234567")),
        ("Zoë-42", ("Zoë-42",)),
    ],
)
def test_candidates(raw: str, texts: tuple[str, ...]) -> None:
    assert candidates(raw) == texts


@pytest.mark.parametrize("url", ["https://x/p/a/b", "https://x/p/", "ftp://x/p/a", "https://x/p/a?y", "p/abc"])
def test_not_a_download_page(url: str) -> None:
    assert page_key(url) is None


@given(st.text(max_size=300))
def test_cleaning_is_idempotent_and_only_takes_away(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert all(len(c) <= len(text) for c in candidates(text))


@given(st.text(alphabet=st.characters(codec=None), max_size=50))
def test_whatever_is_stored_is_valid_utf8_and_says_what_was_read(text: str) -> None:
    escaped = "".join(rf"\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in text)
    assert storable(text) == escaped
    assert escaped.encode("utf-8").decode("utf-8") == escaped


def test_the_longest_text_is_looked_at_and_no_longer() -> None:
    assert candidates("x" * MAX_BYTES)
    assert not candidates("x" * (MAX_BYTES + 1))
