"""Scanners, NFC readers and the turnstile: which are there, what was read last, which keys are kept, a try of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from scanner_app.application.config import DeviceConfig, WedgeConfig
from scanner_app.application.devices import NO_PASSAGE, ReaderReport, TapKeys
from scanner_app.application.events import Checking, DeviceState, Event, Level, Notice
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.ui import moments, texts
from scanner_app.ui.desk import column
from scanner_app.ui.margins import margins
from scanner_app.ui.plain import visible
from scanner_app.ui.screens.readers_panels import AddReaderPanel, ReaderPanel, TapsPanel
from scanner_app.ui.screens.sections.page import START, Office, Page
from scanner_app.ui.screens.wedge_panel import LAYOUTS, WedgePanel, wedge_words
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.text import Label

LOOK_AGAIN = 1000
"""Milliseconds between two looks at how the readers fare, while the section is open."""
_TRUST = {
    Symbology.VAS: "wallet",
    Symbology.SMART_TAP: "wallet",
    Symbology.NDEF_TEXT: "tag",
    Symbology.NDEF_URI: "tag",
    Symbology.UID: "uid",
    Symbology.SUN: "sun",
}


class ReadersPage(Page):
    """Each kind of device with its state and a try."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        margins(self.lay, 0, 0, self.desk.theme.space("m"), 0)  # clear of the scroll bar
        self._rows = self._part()
        add = button(texts.word("readers.add"), self._add, "primary", name="reader-add")
        self.lay.addWidget(add, 0, START)
        self._heading("readers.last")
        self.last = Label(texts.word("readers.last_none"), "soft", wrap=True)
        self.lay.addWidget(self.last)
        self._heading("readers.taps")
        self._taps = self._part()
        self.lay.addWidget(button(texts.word("readers.taps_set"), self._set_taps, name="taps-set"), 0, START)
        self._keyboard()
        self._turnstile()
        self.lay.addStretch(1)
        self._shown: Sequence[ReaderReport] | None = None
        self._again = QTimer(self)
        self._again.setInterval(LOOK_AGAIN)
        self._again.timeout.connect(self._ask)
        self._again.start()
        self._ask()

    @property
    def devices(self) -> DeviceConfig:
        """The devices of the settings."""
        return self.settings.devices

    def hear(self, event: Event) -> None:
        """Show what was read, or why a tap was not."""
        if isinstance(event, Checking):
            self.last.setText(_told(event.credential))
        elif isinstance(event, Notice) and event.code.startswith("tap_"):
            self.last.setText(f"{texts.sentence(event.code)} {texts.advice(event.code)}")

    def leave(self) -> None:
        """Look no longer."""
        self._again.stop()

    # --- readers
    def _ask(self) -> None:
        call, desk = self.desk.bridge.call, self.desk.control.devices
        call(desk.readers, done=self._show_readers, owner=self)
        if self._shown is None:
            call(desk.tap_keys, done=self._show_taps, owner=self)

    def _show_readers(self, reports: Sequence[ReaderReport]) -> None:
        if reports == self._shown:
            return  # nothing is rebuilt under a finger
        self._shown = reports
        _empty(self._rows)
        for report in reports:
            state = _fares(report.state)
            words = f"{visible(report.source)} · {state}"
            made = button(words, partial(self._edit, report), "choice", name=words, foreign=True)
            made.setObjectName(f"reader-{report.source}")
            self._rows.addWidget(made)
        if not reports:
            self._rows.addWidget(Label(texts.word("readers.none"), "soft", wrap=True))

    def _edit(self, report: ReaderReport) -> None:
        self.desk.open_panel(ReaderPanel(self.desk, report, self._remove))

    def _add(self) -> None:
        self.desk.open_panel(AddReaderPanel(self.desk, self._added))

    def _added(self, source: str) -> None:
        if source not in self.devices.sources:
            self._keep(sources=(*self.devices.sources, source))

    def _remove(self, source: str) -> None:
        self._keep(sources=tuple(s for s in self.devices.sources if s != source))

    # --- taps
    def _show_taps(self, keys: TapKeys) -> None:
        _empty(self._taps)
        taps = self.devices.taps
        for name, on, key in (
            ("apple", bool(taps.apple_pass_types), keys.apple),
            ("google", bool(taps.google_collector), keys.google),
            ("tags", keys.tags, keys.tags),
        ):
            state = "off" if not on else "on" if key else "no_key"
            words = f"{texts.word(f'taps.{name}')} · {texts.word(f'taps.{state}')}"
            label = Label(words, "body", wrap=True)
            if state == "no_key":
                label.set_tone("danger")
            self._taps.addWidget(label)
        if taps.card_uids:
            self._taps.addWidget(Label(texts.word("taps.uids"), "body", tone="warn", wrap=True))

    def _set_taps(self) -> None:
        panel = TapsPanel(self.desk, self.devices.taps, lambda taps: self._keep(taps=taps))
        self.desk.open_panel(panel)

    # --- keyboards
    def _keyboard(self) -> None:
        self._heading("readers.keyboard")
        self.lay.addWidget(self.check("readers.wedge", self.devices.wedge, lambda on: self._keep(wedge=on)))
        self.lay.addWidget(Label(texts.word("readers.layout"), "soft", wrap=True))
        choices = [(name, name.upper()) for name in LAYOUTS]
        self.lay.addLayout(self.options(choices, self.devices.wedge_layout, lambda name: self._keep(wedge_layout=name)))
        for number, wedge in enumerate(self.devices.wedges):
            words = wedge_words(wedge)
            made = button(words, partial(self._edit_wedge, wedge), "choice", name=words, foreign=True)
            made.setObjectName(f"wedge-{number}")
            self.lay.addWidget(made)
        add = button(texts.word("wedge.add"), partial(self._edit_wedge, None), name="wedge-add")
        self.lay.addWidget(add, 0, START)

    def _edit_wedge(self, wedge: WedgeConfig | None) -> None:
        keep, forget = partial(self._keep_wedge, wedge), partial(self._keep_wedge, wedge, None)
        self.desk.open_panel(WedgePanel(self.desk, wedge, keep, forget))

    def _keep_wedge(self, old: WedgeConfig | None, new: WedgeConfig | None) -> None:
        """Two scanners with the same marks could not be told apart: the new one takes the old one's place."""
        marks = (new.prefix, new.suffix) if new else None
        others = [w for w in self.devices.wedges if w != old and (w.prefix, w.suffix) != marks]
        self._keep(wedges=(*others, *([new] if new else [])))

    # --- turnstile
    def _turnstile(self) -> None:
        self._heading("relay.title")
        self.lay.addWidget(Label(texts.word("relay.help"), "soft", wrap=True))
        self.relay = QLineEdit(self.devices.relay)
        self.relay.setAccessibleName(texts.word("relay.title"))
        self.relay.setPlaceholderText("serial:/dev/serial/by-id/...?channel=1&pulse=0.5")
        self.relay.editingFinished.connect(self._keep_relay)
        row = QHBoxLayout()
        row.addWidget(self.relay, 1)
        row.addWidget(button(texts.word("relay.try"), self._try, name="relay-try"))
        self.lay.addLayout(row)

    def _keep_relay(self) -> None:
        if (spec := self.relay.text().strip()) != self.devices.relay:
            self.keep(devices=replace(self.devices, relay=spec))

    def _try(self) -> None:
        self.desk.bridge.call(self.desk.control.devices.open_once, done=self._tried, owner=self)

    def _tried(self, why: str) -> None:
        if why == NO_PASSAGE:
            self.desk.toast(texts.word("relay.no_passage"), Level.WARNING, seconds=15)
        elif why:
            self.desk.toast(f"{texts.sentence('relay_failed')} {visible(why)}", Level.ERROR, seconds=10)
        else:
            self.desk.toast(texts.word("relay.opened"))

    # --- pieces
    def _keep(self, **changes: object) -> None:
        self.keep(devices=replace(self.devices, **changes))  # type: ignore[arg-type] # fields by name
        self.again("readers")

    def _heading(self, key: str) -> None:
        self.lay.addSpacing(self.desk.theme.space("m"))
        self.lay.addWidget(Label(texts.word(key), "strong", wrap=True))

    def _part(self) -> QVBoxLayout:
        inner = QWidget()
        made = column(self.desk.theme, inner, margin="", gap="s")
        self.lay.addWidget(inner)
        return made


def _told(credential: Credential) -> str:
    """What was read, how, and how far that can be trusted."""
    trust = texts.word(f"trust.{_TRUST.get(credential.symbology, 'code')}")
    at = moments.clock(moments.now(), seconds=True)
    return f"{at} · {visible(credential.text)} · {credential.symbology.value} · {trust}"


def _fares(state: DeviceState) -> str:
    if state.away:
        return texts.headline(state.code)
    return texts.word(f"readers.state.{'opening' if state is DeviceState.OPENING else 'on'}")


def _empty(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
