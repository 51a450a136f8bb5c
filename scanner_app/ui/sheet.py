"""Draws cards with barcodes onto A4 pages of a PDF, large enough to be scanned from paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import segno
from PySide6.QtCore import QFileDevice, QMarginsF, QRectF, QSaveFile, Qt
from PySide6.QtGui import QColor, QFont, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

from scanner_app.domain.errors import StorageKind, StorageTrouble
from scanner_app.ui.application import application
from scanner_app.ui.plain import visible
from scanner_app.ui.theme import FAMILIES, load_fonts

DPI = 600
COLUMNS, ROWS = 2, 4
WIDE = 240
"""Modules across from which a code takes the whole width of the page (a long Code 128)."""
PAGE_W, PAGE_H = 190.0, 277.0
"""Millimetres of A4 (210 x 297) inside margins of 10."""
HEAD = 12.0
SQUARE = 34.0
"""Side of a square code: with 25 modules each is 1.3 mm."""
LONG = 78.0
INK, PALE = QColor("#111111"), QColor("#8a8a8a")
YES, NO = QColor("#0b6b3a"), QColor("#a3161a")


@dataclass(frozen=True, slots=True)
class Card:
    """One sample pass. `dark` holds the code's rows, a byte per module, 1 where ink goes, without a quiet zone."""

    number: int
    title: str
    holder: str
    verdict: str
    advice: str
    admits: bool
    text: str
    symbology: str
    dark: tuple[bytes, ...]

    @property
    def is_wide(self) -> bool:
        """Whether it needs the whole width."""
        return len(self.dark[0]) > WIDE


def write_sheet(path: Path, heading: str, cards: Sequence[Card]) -> int:
    """Write the PDF and return its pages; an older file goes only for a whole one. StorageTrouble when it cannot."""
    application()
    load_fonts()
    file = QSaveFile(str(path))
    if not file.open(QSaveFile.OpenModeFlag.WriteOnly):
        raise StorageTrouble(StorageKind.IO, f"{path}: {file.errorString()}")
    writer = _writer(file, heading)
    painter = QPainter(writer)
    pages = layout(cards)
    try:
        for number, placed in enumerate(pages, 1):
            if number > 1:
                writer.newPage()
            _draw_page(painter, f"{heading}  {number}/{len(pages)}", placed)
    finally:
        painter.end()
    if not file.commit():
        raise StorageTrouble(StorageKind.IO, f"{path}: {file.errorString()}")
    return len(pages)


def layout(cards: Sequence[Card]) -> list[list[tuple[QRectF, Card]]]:
    """Return pages of cards with their places in millimetres, in order, row by row."""
    width, height = PAGE_W / COLUMNS, (PAGE_H - HEAD) / ROWS
    pages: list[list[tuple[QRectF, Card]]] = []
    cell = 0
    for card in cards:
        if card.is_wide:
            cell += cell % COLUMNS  # a wide one begins a row
        page, rest = divmod(cell, COLUMNS * ROWS)
        row, column = divmod(rest, COLUMNS)
        while len(pages) <= page:
            pages.append([])
        box = QRectF(column * width, HEAD + row * height, PAGE_W if card.is_wide else width, height)
        pages[page].append((box, card))
        cell += COLUMNS if card.is_wide else 1
    return pages


def _draw_page(painter: QPainter, heading: str, placed: Sequence[tuple[QRectF, Card]]) -> None:
    _words(painter, QRectF(2, 0, PAGE_W - 4, HEAD - 3), heading, 5.0, INK, bold=True)
    for box, card in placed:
        painter.setPen(QPen(PALE, _dots(0.2), Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(_in_dots(box))
        _draw_card(painter, box.adjusted(5, 4, -5, -3), card)


def _draw_card(painter: QPainter, box: QRectF, card: Card) -> None:
    x, y, width = box.x(), box.y(), box.width()
    _words(painter, QRectF(x, y, width, 4.5), f"{card.number}  {visible(card.title)}", 3.6, INK, bold=True)
    _words(painter, QRectF(x, y + 4.5, width, 4), f"{visible(card.holder)}  {card.symbology}", 2.8, PALE)
    _draw_code(painter, QRectF(x, y + 10, width, SQUARE), card)
    colour, mark = (YES, "\N{CHECK MARK}") if card.admits else (NO, "\N{MULTIPLICATION SIGN}")
    _words(painter, QRectF(x, y + 46, width, 5), f"{mark} {card.verdict}", 4.0, colour, bold=True)
    _words(painter, QRectF(x, y + 51, width, 8.5), card.advice, 2.6, INK)


def _draw_code(painter: QPainter, room: QRectF, card: Card) -> None:
    """Draw the code in the middle of its room, every run of ink as one rectangle, whole dots to a module."""
    across, down = len(card.dark[0]), len(card.dark)
    width = SQUARE if across <= 2 * down else room.width() if card.is_wide else LONG
    dots = max(1, int(min(_dots(width) // across, _dots(SQUARE) // down)))
    left = int(_dots(room.center().x()) - across * dots / 2)
    top = int(_dots(room.center().y()) - down * dots / 2)
    for row, modules in enumerate(card.dark):
        for start, length in _runs(modules):
            painter.fillRect(left + start * dots, top + row * dots, length * dots, dots, Qt.GlobalColor.black)


def _runs(modules: bytes) -> list[tuple[int, int]]:
    """Return where ink begins and how far it goes."""
    found: list[tuple[int, int]] = []
    start = -1
    for at, dark in enumerate(modules + b"\0"):
        if dark and start < 0:
            start = at
        elif not dark and start >= 0:
            found.append((start, at - start))
            start = -1
    return found


def _words(painter: QPainter, box: QRectF, text: str, size: float, colour: QColor, *, bold: bool = False) -> None:
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPixelSize(int(_dots(size)))
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(_in_dots(box), int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft), text)


def _dots(millimetres: float) -> float:
    return millimetres * DPI / 25.4


def _in_dots(box: QRectF) -> QRectF:
    return QRectF(_dots(box.x()), _dots(box.y()), _dots(box.width()), _dots(box.height()))


def print_code(path: Path, title: str, says: str, text: str) -> Path:
    """Write one large code with a title onto an A4 page that only this user may read; StorageTrouble when it cannot."""
    load_fonts()
    file = QSaveFile(str(path))
    if not file.open(QSaveFile.OpenModeFlag.WriteOnly):
        raise StorageTrouble(StorageKind.IO, f"{path}: {file.errorString()}")
    file.setPermissions(QFileDevice.Permission.ReadOwner | QFileDevice.Permission.WriteOwner)
    writer = _writer(file, title)
    painter = QPainter(writer)
    try:
        _words(painter, QRectF(0, 6, PAGE_W, 12), visible(title), 7.0, INK, bold=True)
        _words(painter, QRectF(0, 20, PAGE_W, 12), says, 4.0, INK)
        rows = tuple(bytes(row) for row in segno.make(text, error="l", micro=False, boost_error=False).matrix)
        dots = int(_dots(PAGE_W - 20) // len(rows))
        for number, row in enumerate(rows):
            for start, length in _runs(row):
                left, top = int(_dots(10)) + start * dots, int(_dots(40)) + number * dots
                painter.fillRect(left, top, length * dots, dots, Qt.GlobalColor.black)
    finally:
        painter.end()
    if not file.commit():
        raise StorageTrouble(StorageKind.IO, f"{path}: {file.errorString()}")
    return path


def _writer(file: QSaveFile, title: str) -> QPdfWriter:
    writer = QPdfWriter(file)
    writer.setResolution(DPI)
    writer.setTitle(title)
    margins = QMarginsF(10, 10, 10, 10)
    page = QPageSize(QPageSize.PageSizeId.A4)
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, margins, QPageLayout.Unit.Millimeter))
    return writer
