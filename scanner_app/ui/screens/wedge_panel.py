"""One keyboard scanner that is told apart: what it types before and after each code, by which layout, what it reads."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from scanner_app.application.config import WedgeConfig
from scanner_app.domain.credential import Symbology
from scanner_app.ui import texts
from scanner_app.ui.desk import Desk, column
from scanner_app.ui.plain import visible
from scanner_app.ui.screens.door_panels import Panel
from scanner_app.ui.screens.forms import field
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.drop import Drop
from scanner_app.ui.widgets.scroll import scrolled

LAYOUTS = ("us", "gb", "de", "fr", "es", "it", "ch")
KINDS = ("scanner", "vas", "smart_tap", "ndef_text", "ndef_uri", "sun", "uid")
"""As `hardware/readers.py` has them: a wallet reader may type, too."""
LONGEST = 16
"""Characters of a mark; scanners take fewer."""


def wedge_words(wedge: WedgeConfig) -> str:
    """Return one scanner as a list shows it."""
    marks = f"{visible(wedge.prefix)} … {visible(wedge.suffix)}".strip()
    return f"{marks} · {wedge.layout.upper()} · {Symbology(wedge.kind.upper()).value}"


class WedgePanel(Panel):
    """Changes one, or adds one where `wedge` is None."""

    def __init__(
        self,
        desk: Desk,
        wedge: WedgeConfig | None,
        kept: Callable[[WedgeConfig], None],
        removed: Callable[[], None],
    ) -> None:
        super().__init__(desk, texts.word("wedge.add"), texts.word("wedge.help"), wide=760)
        self._kept, self._removed = kept, removed
        now = wedge or WedgeConfig()
        self.prefix, self.suffix = QLineEdit(now.prefix), QLineEdit(now.suffix)
        for name, edit in (("prefix", self.prefix), ("suffix", self.suffix)):
            edit.setMaxLength(LONGEST)
            edit.setObjectName(f"wedge-{name}")
            edit.returnPressed.connect(self._save)
        self.layout_of = self._drop("wedge-layout", LAYOUTS, now.layout)
        self.kind = self._drop("wedge-kind", KINDS, now.kind)
        inner = QWidget()
        self._fields = column(desk.theme, inner, margin="", gap="s")
        self._pair(("wedge.prefix", self.prefix), ("wedge.suffix", self.suffix))
        self._pair(("wedge.layout", self.layout_of), ("wedge.kind", self.kind))
        self.lay.addWidget(scrolled(inner, hugs=True), 1)
        gone = [] if wedge is None else [button(texts.word("do.remove"), self._remove, "danger", name="wedge-remove")]
        self.feet(*gone, button(texts.word("do.save"), self._save, "primary", name="wedge-save"))

    def _drop(self, name: str, values: tuple[str, ...], now: str) -> Drop:
        made = Drop(self.desk.theme)
        made.setObjectName(name)
        for value in values:
            made.addItem(value.upper(), value)
        made.setCurrentIndex(made.findData(now))
        return made

    def _pair(self, *fields: tuple[str, QLineEdit | Drop]) -> None:
        """Side by side; below each other where text is large."""
        theme = self.desk.theme
        row = QVBoxLayout() if theme.large else QHBoxLayout()
        row.setSpacing(theme.space("s" if theme.large else "m"))
        for key, widget in fields:
            part = column(theme, margin="", gap="s")
            field(texts.word(key), widget, part)
            row.addLayout(part, 1)
        self._fields.addLayout(row)

    def _save(self) -> None:
        self.desk.close_panel()
        layout, kind = str(self.layout_of.currentData()), str(self.kind.currentData())
        self._kept(WedgeConfig(self.prefix.text(), self.suffix.text(), layout, kind))

    def _remove(self) -> None:
        self.desk.close_panel()
        self._removed()
