"""Parts of the place's panel: the barcodes that cameras read there, and the flight that a gate boards."""

from __future__ import annotations

from datetime import date

from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from scanner_app.domain.credential import OTHER_CODES, USUAL_CODES, Symbology
from scanner_app.domain.place import Flight, Place, boarding_from, flight
from scanner_app.ui import moments, texts
from scanner_app.ui.desk import Desk
from scanner_app.ui.widgets.text import Label
from scanner_app.ui.widgets.tick import Tick

CODE_NAMES = {
    Symbology.QR: "QR", Symbology.PDF417: "PDF417", Symbology.AZTEC: "Aztec", Symbology.CODE128: "Code 128",
    Symbology.MICRO_QR: "Micro QR", Symbology.RMQR: "rMQR", Symbology.DATA_MATRIX: "Data Matrix",
    Symbology.EAN13: "EAN-13", Symbology.UPCA: "UPC-A", Symbology.CODE39: "Code 39", Symbology.CODABAR: "Codabar",
    Symbology.ITF: "ITF",
}  # fmt: skip
"""Names of standards, the same in every language."""


class CodesField(QWidget):
    """A tick for each kind of barcode."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__()
        across = 2 if desk.theme.large else 4
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(desk.theme.space("xs"))
        self.ticks: dict[Symbology, Tick] = {}
        for number, code in enumerate((*USUAL_CODES, *OTHER_CODES)):
            self.ticks[code] = Tick(desk.theme, CODE_NAMES[code], on=code in place.codes)
            grid.addWidget(self.ticks[code], number // across, number % across)

    def chosen(self) -> frozenset[Symbology]:
        """What is ticked; nothing where that is what every place reads anyway."""
        found = frozenset(code for code, tick in self.ticks.items() if tick.isChecked())
        return frozenset() if found == frozenset(USUAL_CODES) else found


class FlightField(QWidget):
    """Name, date and airport of the flight; an empty name is no flight."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__()
        self._place = place
        now = place.flight
        self.name = QLineEdit(now.name if now else "")
        self.day = QLineEdit(now.date.isoformat() if now else "")
        self.airport = QLineEdit(now.origin if now else "")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(desk.theme.space("l"))
        grid.setVerticalSpacing(desk.theme.space("xs"))
        lines = (
            ("place.flight_name", self.name, "LH 738"),
            ("place.flight_date", self.day, place.local(moments.now()).date().isoformat()),
            ("place.flight_airport", self.airport, "FRA"),
        )
        for number, (key, line, example) in enumerate(lines):
            line.setPlaceholderText(example)
            line.setMaxLength(12)
            line.setAccessibleName(texts.word(key))
            row, column = (2 * number, 0) if desk.theme.large else (0, number)
            grid.addWidget(Label(texts.word(key), "soft", wrap=True), row, column)
            grid.addWidget(line, row + 1, column)

    @property
    def empty(self) -> bool:
        """Whether no flight is asked for."""
        return not self.name.text().strip()

    def chosen(self) -> Flight | None:
        """The flight; None where there is none, or what was typed is none."""
        now = moments.now()
        try:
            typed = self.day.text().strip()
            day = date.fromisoformat(typed) if typed else self._place.local(now).date()
        except ValueError:
            return None
        found = flight(self.name.text(), day, self.airport.text())
        return boarding_from(found, self._place.flight, now) if found else None
