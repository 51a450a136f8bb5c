"""The unattended kiosk: one thing at a time, in the guest's words, nothing about anybody else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from scanner_app.application.control import Role
from scanner_app.application.events import Decided, Event, FrameSeen
from scanner_app.ui import texts
from scanner_app.ui.desk import Desk, Screen
from scanner_app.ui.facts import Telling, holder, refusal_facts
from scanner_app.ui.kiosk_machine import Kiosk, State, Timing
from scanner_app.ui.screens.door_panels import Panel
from scanner_app.ui.sound import name as sound_name
from scanner_app.ui.widgets.buttons import button, choice
from scanner_app.ui.widgets.overlay import announce
from scanner_app.ui.widgets.preview import Preview
from scanner_app.ui.widgets.symbol import Symbol, SymbolView
from scanner_app.ui.widgets.text import Label

_LOOKS = {
    State.WAITING: (Symbol.READY, "canvas", "ink"),
    State.READING: (Symbol.READY, "canvas", "accent"),
    State.CHECKING: (Symbol.CHECKING, "canvas", "ink"),
    State.ADMITTED: (Symbol.ADMIT, "admit", "admit_ink"),
    State.REFUSED: (Symbol.REFUSE, "refuse", "refuse_ink"),
    State.SEE_STAFF: (Symbol.ATTENTION, "attention", "attention_ink"),
    State.OUT_OF_ORDER: (Symbol.REFUSE, "canvas", "ink"),
}
_HEADLINES = {
    State.WAITING: "kiosk.welcome",
    State.ADMITTED: "kiosk.welcome",
    State.READING: "kiosk.reading",
    State.CHECKING: "kiosk.checking",
    State.SEE_STAFF: "kiosk.see_staff",
    State.OUT_OF_ORDER: "kiosk.out",
}
CHOICE_STAYS = 45_000
"""Milliseconds after which a language that a guest chose and did not use gives way to the house's own."""
_GUEST_FACTS = frozenset({"valid_from", "expired_at", "places", "opens_at", "template", "balance"})


class KioskScreen(Screen):
    """Draws the machine's state."""

    name = "kiosk"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        theme = desk.theme
        self.machine = Kiosk()
        self._timing = Timing(verdict=desk.settings.screen.verdict_seconds)
        self._event: Decided | None = None
        self._chosen = False  # whether the guest who stands here chose the language
        self.symbol = SymbolView(theme.px(240))
        self.headline = Label("", "display", wrap=True)
        self.says = Label("", "heading", wrap=True)
        self.name_line = Label("", "name", foreign=True)
        self.facts = Label("", "title", wrap=True)
        self.preview = Preview(theme, mirror=desk.settings.devices.mirror)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._time_out)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._lay_out()
        self._draw()

    def _time_out(self) -> None:
        self._chosen = False
        self._speak(self.desk.settings.screen.language)
        self._enter(self.machine.time_out())

    def _lay_out(self) -> None:
        theme = self.desk.theme
        centre = Qt.AlignmentFlag.AlignHCenter
        lay = QVBoxLayout(self)
        edge = theme.space("xl")
        lay.setContentsMargins(edge, edge, edge, theme.space("l"))
        lay.setSpacing(theme.space("l"))
        self.preview.setFixedSize(theme.px(520), theme.px(300))
        self.preview.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        lay.addStretch(1)
        lay.addWidget(self.symbol, 0, centre)
        for label in (self.headline, self.name_line, self.says, self.facts):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            lay.addWidget(label)
        lay.addWidget(self.preview, 0, centre)
        lay.addStretch(1)
        foot = QHBoxLayout()
        self._language = button(
            texts.catalogue(texts.language()).name, self._choose_language, "quiet", name="kiosk-language"
        )
        self._staff = button(texts.word("kiosk.staff"), self._staff_pressed, "quiet", name="kiosk-staff")
        foot.addWidget(self._language)
        foot.addStretch(1)
        foot.addWidget(self._staff)
        lay.addLayout(foot)

    def hear(self, event: Event) -> None:
        """Feed the machine, show the picture."""
        if isinstance(event, FrameSeen):
            self.preview.show_frame(event)
        after = self.machine.hear(event)
        if isinstance(event, Decided):
            self._event = event
            self._speak_to(event)
            self.desk.sounds.play(sound_name(event.scan.verdict))
            self._enter(after)
        elif after != self.machine:
            self._enter(after)

    def _speak_to(self, event: Decided) -> None:
        """Speak the language of the guest's pass, unless the guest has chosen one."""
        subject = event.scan.verdict.subject
        wanted = subject.locale[:2].lower() if subject else ""
        if not self._chosen and wanted in texts.languages():
            self._speak(wanted)

    def _enter(self, machine: Kiosk) -> None:
        # The next guest begins in the house's language again.
        if machine.state is State.WAITING and self.machine.state is not State.WAITING:
            self._chosen = False
            self._speak(self.desk.settings.screen.language)
        self.machine = machine
        seconds = self._timing.of(machine.state)
        if seconds is None:
            self._timer.stop()
        else:
            self._timer.start(int(seconds * 1000))
        self._draw()

    def _draw(self) -> None:
        theme, state = self.desk.theme, self.machine.state
        symbol, ground, ink = _LOOKS[state]
        verdict = self._event.scan.verdict if self._event else None
        self.symbol.show_symbol(symbol, theme.colour(ink), theme.colour(ground))
        self.headline.setText(
            texts.word(_HEADLINES[state]) if state in _HEADLINES else texts.headline(self.machine.code)
        )
        told = state in (State.ADMITTED, State.REFUSED, State.SEE_STAFF)
        self.says.setText(self._words(state))
        self.name_line.setText(holder(verdict) if verdict and state is State.ADMITTED else "")
        self.facts.setText(self._own_facts() if told else "")
        for label in (self.says, self.name_line, self.facts):
            label.setVisible(bool(label.text()))
        self.preview.setVisible(state in (State.WAITING, State.READING))
        palette = theme.palette
        self.setStyleSheet(
            f"KioskScreen {{ background: {getattr(palette, ground)}; }}"
            f' QLabel, QPushButton[kind="quiet"] {{ color: {getattr(palette, ink)}; }}'
        )
        announce(self, f"{self.headline.text()} {self.says.text()}")

    def _words(self, state: State) -> str:
        if state in (State.ADMITTED, State.REFUSED, State.SEE_STAFF):
            return texts.guest(self.machine.code)
        return {State.WAITING: texts.word("kiosk.show"), State.OUT_OF_ORDER: texts.word("kiosk.out_help")}.get(
            state, ""
        )

    def _own_facts(self) -> str:
        """What the guest may know: facts of the own pass, never where and by whom it was used."""
        if self._event is None:
            return ""
        place = self.desk.settings.current_place
        verdict = self._event.scan.verdict
        telling = Telling(self._event.scan.moment.wall, place.zone if place else "")
        labels = {texts.word(f"fact.{key}") for key in _GUEST_FACTS}
        lines = [f"{f.label}: {f.value}" for f in refusal_facts(verdict, telling) if f.label in labels]
        left = verdict.detail.get("entries_left")
        if verdict.admits and isinstance(left, int):
            lines.append(texts.word("kiosk.entries_left", count=texts.number(left)))
        return "\n".join(lines)

    def _choose_language(self) -> None:
        self.desk.open_panel(LanguagePanel(self.desk, self._choose))

    def _choose(self, language: str) -> None:
        self.desk.close_panel()
        self._chosen = True
        self._speak(language)
        self._draw()
        self._timer.start(CHOICE_STAYS)

    def _speak(self, language: str) -> None:
        if language == texts.language():
            return
        texts.set_language(language)
        self._language.setText(texts.catalogue(language).name)
        self._staff.setText(texts.word("kiosk.staff"))
        rtl = Qt.LayoutDirection.RightToLeft if texts.is_rtl() else Qt.LayoutDirection.LeftToRight
        self.setLayoutDirection(rtl)

    def _staff_pressed(self) -> None:
        self.desk.with_pin(Role.STAFF, self._staff_here)

    def _staff_here(self) -> None:
        self._enter(self.machine.repaired())
        self.desk.open_panel(StaffPanel(self.desk))


class LanguagePanel(Panel):
    """The languages, each in its own words."""

    def __init__(self, desk: Desk, chosen: Callable[[str], None]) -> None:
        super().__init__(desk, texts.word("kiosk.language"))
        for code in texts.languages():
            words = texts.catalogue(code).name
            made = choice(words, partial(chosen, code), checked=code == texts.language(), name=words)
            self.lay.addWidget(made)


class StaffPanel(Panel):
    """What staff may do at a kiosk: look at the other screens, or leave."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, texts.word("kiosk.staff"))
        back: QWidget = button(texts.word("kiosk.back_in_order"), desk.close_panel, "primary", name="kiosk-back")
        self.lay.addWidget(back)
        for screen in ("door", "settings"):
            self.lay.addWidget(button(texts.word(f"nav.{screen}"), partial(self._open, screen), name=f"kiosk-{screen}"))
        self.lay.addWidget(button(texts.word("settings.quit"), desk.leave, "danger", name="kiosk-quit"))

    def _open(self, screen: str) -> None:
        self.desk.close_panel()
        if screen == "settings":
            self.desk.with_pin(Role.ADMINISTRATOR, lambda: self.desk.go("settings"))
        else:
            self.desk.go(screen)
