"""Panels of the devices: one reader, a new reader, what counts when something is tapped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QLineEdit, QWidget

from scanner_app.application.config import READERS, TapConfig
from scanner_app.application.devices import ReaderReport
from scanner_app.domain.errors import ScannerError
from scanner_app.ui import texts
from scanner_app.ui.desk import Desk, column
from scanner_app.ui.margins import margins
from scanner_app.ui.plain import visible
from scanner_app.ui.screens.door_panels import Panel
from scanner_app.ui.screens.forms import field
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.scroll import scrolled
from scanner_app.ui.widgets.text import Label
from scanner_app.ui.widgets.tick import Tick


def _how(report: ReaderReport) -> str:
    """What is wrong with a reader and what to do, in the user's language; nothing where all is well."""
    code = report.state.code
    return f"{texts.sentence(code)} {texts.device_help(code)}" if report.state.away else ""


class ReaderPanel(Panel):
    """One reader: how it fares, and the way to be rid of it."""

    def __init__(self, desk: Desk, report: ReaderReport, removed: Callable[[str], None]) -> None:
        super().__init__(desk, visible(report.source), _how(report), wide=760)
        self._source, self._removed = report.source, removed
        self.feet(button(texts.word("do.remove"), self._remove, "danger", name="reader-remove"))

    def _remove(self) -> None:
        self.desk.close_panel()
        self._removed(self._source)


class AddReaderPanel(Panel):
    """What is plugged in, or a source typed."""

    def __init__(self, desk: Desk, chosen: Callable[[str], None]) -> None:
        super().__init__(desk, texts.word("readers.add"), texts.word("readers.add_help"), wide=760)
        self._chosen = chosen
        inner = QWidget()
        self._found = column(desk.theme, inner, margin="", gap="s")
        self.lay.addWidget(inner)
        self.source = QLineEdit()
        self.source.setPlaceholderText("serial:/dev/ttyACM0")
        self.source.returnPressed.connect(self._typed)
        field(texts.word("settings.source"), self.source, self.lay)
        self.message = Label("", "body", tone="danger", wrap=True)
        self.message.hide()
        self.lay.addWidget(self.message)
        self.feet(button(texts.word("do.save"), self._typed, "primary", name="reader-save"))
        desk.bridge.call(desk.control.devices.plugged_in, done=self._show, owner=self)

    def _show(self, found: Sequence[tuple[str, str]]) -> None:
        for source, name in found:
            words = f"{visible(name)} · {visible(source)}"
            self._found.addWidget(button(words, partial(self._take, source), "choice", name=words, foreign=True))
        if not found:
            self._found.addWidget(Label(texts.word("readers.nothing_found"), "soft", wrap=True))

    def _typed(self) -> None:
        source = self.source.text().strip()
        if source.startswith(READERS) and source not in READERS:
            self._take(source)
            return
        self.message.setText(texts.word("readers.add_help"))
        self.message.show()

    def _take(self, source: str) -> None:
        self.desk.close_panel()
        self._chosen(source)


class TapsPanel(Panel):
    """Pass types, collector, keys from files; off is one press away."""

    def __init__(self, desk: Desk, taps: TapConfig, kept: Callable[[TapConfig], None]) -> None:
        super().__init__(desk, texts.word("readers.taps"), texts.word("taps.permission"), wide=900)
        self._taps, self._kept = taps, kept
        inner = QWidget()
        lay = column(desk.theme, inner, margin="", gap="s")
        margins(lay, 0, 0, desk.theme.space("m"), 0)
        self._lines: dict[str, QLineEdit] = {}
        for name, value in (
            ("apple_types", ", ".join(taps.apple_pass_types)),
            ("apple_file", ""),
            ("collector", str(taps.google_collector or "")),
            ("version", str(taps.google_key_version)),
            ("google_file", ""),
            ("links", ", ".join(taps.uri_prefixes)),
            ("tags_file", ""),
        ):
            self._lines[name] = QLineEdit(value)
            self._lines[name].setObjectName(f"taps-{name}")
            field(texts.word(f"taps.{name}"), self._lines[name], lay)
        self.uids = Tick(desk.theme, texts.word("taps.uids"), on=taps.card_uids)
        lay.addWidget(self.uids)
        self.lay.addWidget(scrolled(inner), 1)
        self.message = Label("", "body", tone="danger", wrap=True)
        self.message.hide()
        self.lay.addWidget(self.message)
        self.feet(
            button(texts.word("taps.all_off"), self._off, "danger", name="taps-off"),
            button(texts.word("do.save"), self._save, "primary", name="taps-save"),
        )
        self.setProperty("tall", True)
        self.setFixedHeight(desk.theme.px(748))

    def _text(self, name: str) -> str:
        return self._lines[name].text().strip()

    def _save(self) -> None:
        changed = self._entered()
        if changed is None:
            self._complain(texts.word("taps.numbers"))
            return
        files = self._text("apple_file"), self._text("google_file"), self._text("tags_file")
        self.desk.bridge.call(
            self.desk.control.devices.keep_tap_keys,
            *files,
            done=lambda _: self._finish(changed),
            failed=self._refused,
            owner=self,
        )

    def _entered(self) -> TapConfig | None:
        collector, version = self._text("collector") or "0", self._text("version") or "1"
        if not (collector.isdecimal() and version.isdecimal()):
            return None
        if int(collector) >= 1 << 64 or not 0 < int(version) < 1 << 32:
            return None
        return replace(
            self._taps,
            apple_pass_types=_listed(self._text("apple_types")),
            google_collector=int(collector),
            google_key_version=int(version),
            uri_prefixes=_listed(self._text("links")),
            card_uids=self.uids.isChecked(),
        )

    def _off(self) -> None:
        forget = self.desk.control.devices.forget_tap_keys
        self.desk.bridge.call(forget, done=lambda _: self._finish(TapConfig()), failed=self._refused, owner=self)

    def _finish(self, taps: TapConfig) -> None:
        self.desk.close_panel()
        self._kept(taps)

    def _refused(self, error: ScannerError) -> None:
        self._complain(f"{texts.sentence(error.code)} {visible(error.detail)}")

    def _complain(self, words: str) -> None:
        self.message.setText(words)
        self.message.show()


def _listed(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in text.split(","))))
