"""Choosing a file with a finger: folders, then files of the wanted kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QWidget

from scanner_app.ui import texts
from scanner_app.ui.desk import Desk, column
from scanner_app.ui.folders import Found, look_in, starts
from scanner_app.ui.plain import visible
from scanner_app.ui.screens.door_panels import Panel
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.scroll import scrolled
from scanner_app.ui.widgets.text import Label


class FilePanel(Panel):
    """Starts where people keep things; hands the chosen file over and closes."""

    def __init__(self, desk: Desk, title: str, endings: Sequence[str], chosen: Callable[[Path], None]) -> None:
        super().__init__(desk, title, wide=760)
        self._endings, self._chosen = endings, chosen
        self._asked = 0
        self.where = Label("", "soft", foreign=True, elide=True)
        self.lay.addWidget(self.where)
        self._body = column(desk.theme, margin="")
        self.lay.addLayout(self._body, 1)
        self.setProperty("tall", True)
        self.setFixedHeight(desk.theme.px(680))
        self._starts()

    def _starts(self) -> None:
        asked = self._asked = self._asked + 1
        self.desk.bridge.call(starts, done=lambda found: self._came(asked, Found(None, None, tuple(found))), owner=self)

    def open(self, folder: Path) -> None:
        """Show a folder."""
        asked = self._asked = self._asked + 1
        self.desk.bridge.call(look_in, folder, self._endings, done=lambda found: self._came(asked, found), owner=self)

    def _came(self, asked: int, found: Found) -> None:
        if asked == self._asked:  # a slow stick must not answer over a folder that was opened since
            self._show("" if found.folder is None else str(found.folder), found.above, found.folders, found.files)

    def _show(self, where: str, above: Path | None, folders: Sequence[Path], files: Sequence[Path]) -> None:
        self.where.setText(where)
        while (item := self._body.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        inner = QWidget()
        lay = column(self.desk.theme, inner, margin="", gap="xs")
        if where:
            up = self._starts if above is None else partial(self.open, above)
            lay.addWidget(button(texts.word("file.up"), up, "section", name="file-up"))
        for folder in folders:
            lay.addWidget(self._row(f"{folder.name or folder}/", partial(self.open, folder), "section"))
        for file in files:
            lay.addWidget(self._row(file.name, partial(self._take, file), "choice"))
        if where and not files:
            lay.addWidget(Label(texts.word("file.none", endings=", ".join(self._endings)), "soft", wrap=True))
        lay.addStretch(1)
        self._body.addWidget(scrolled(inner), 1)

    def _row(self, name: str, act: Callable[[], None], kind: str) -> QWidget:
        words = visible(name)
        return button(words, act, kind, name=words)

    def _take(self, file: Path) -> None:
        self.desk.close_panel()
        self._chosen(file)
