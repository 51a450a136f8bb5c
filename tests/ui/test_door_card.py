"""The door card is one page, and names every headline that a guest can bring about."""

from pathlib import Path

from PySide6.QtCore import QSizeF
from PySide6.QtGui import QFont, QTextDocument

from scanner_app.domain.verdict import Reason
from scanner_app.ui import texts

CARD = Path(__file__).resolve().parents[2] / "docs" / "user" / "door-card.md"
A4_WITHIN_15_MM = QSizeF(680, 1009)
"""At 96 pixels an inch, which is how points count offscreen."""


def test_it_is_one_page(qapp):
    card = QTextDocument()
    font = QFont(qapp.font())
    font.setPointSizeF(10.5)
    card.setDefaultFont(font)
    card.setMarkdown(CARD.read_text(encoding="utf-8"))
    card.setPageSize(A4_WITHIN_15_MM)
    assert card.pageCount() == 1


def test_it_names_every_refusal():
    card = CARD.read_text(encoding="utf-8").casefold()
    codes = sorted({reason.value for reason in Reason} - {"CODE_PART", "NO_BOARDING_PASS"})  # they say it themselves
    missing = [code for code in codes if not all(word in card for word in texts.headline(code).casefold().split())]
    assert not missing
