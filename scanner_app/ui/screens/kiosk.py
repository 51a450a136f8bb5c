"""The unattended kiosk: one thing at a time, in the guest's words, nothing about anybody else."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout

from scanner_app.application.control import Role
from scanner_app.application.events import Decided, DeviceChanged, Event, FrameSeen
from scanner_app.ui import texts
from scanner_app.ui.desk import Desk, Screen
from scanner_app.ui.facts import Telling, holder, refusal_facts
from scanner_app.ui.kiosk_machine import Kiosk, State, Timing
from scanner_app.ui.pictures import HOUSE, content_of
from scanner_app.ui.screens.kiosk_staff import StaffPanel
from scanner_app.ui.sound import name as sound_name
from scanner_app.ui.widgets.attract import Attract
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.flags import FlagButton
from scanner_app.ui.widgets.overlay import announce
from scanner_app.ui.widgets.preview import Preview
from scanner_app.ui.widgets.symbol import Symbol, SymbolView
from scanner_app.ui.widgets.text import Label

_LOOKS = {
    State.WAITING: (Symbol.READY, "canvas", "ink"),
    State.READING: (Symbol.READY, "canvas", "accent"),
    State.CHECKING: (Symbol.CHECKING, "canvas", "ink"),
    State.ADMITTED: (Symbol.ADMIT, "admit", "admit_ink"),
    State.GATE_OPEN: (Symbol.WAY_IN, "admit", "admit_ink"),
    State.REFUSED: (Symbol.REFUSE, "refuse", "refuse_ink"),
    State.SEE_STAFF: (Symbol.ATTENTION, "attention", "attention_ink"),
    State.OUT_OF_ORDER: (Symbol.REFUSE, "canvas", "ink"),
}
_HEADLINES = {
    State.WAITING: "kiosk.welcome",
    State.ADMITTED: "kiosk.welcome",
    State.GATE_OPEN: "kiosk.go",
    State.READING: "kiosk.reading",
    State.CHECKING: "kiosk.checking",
    State.SEE_STAFF: "kiosk.see_staff",
    State.OUT_OF_ORDER: "kiosk.out",
}
CHOICE_STAYS = 45_000
"""Milliseconds after which a language that a guest chose and did not use gives way to the house's own."""
OWN_PICTURE = "own"
"""In place of a file: the program's own picture for an idle kiosk."""
TOLD = (State.ADMITTED, State.GATE_OPEN, State.REFUSED, State.SEE_STAFF)
"""States that tell a guest what became of the own pass."""
_GUEST_FACTS = frozenset({"valid_from", "expired_at", "places", "opens_at", "template", "balance"})


class KioskScreen(Screen):
    """Draws the machine's state."""

    name = "kiosk"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        theme = desk.theme
        self.machine = Kiosk()
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
        self.attract = Attract(theme, self)
        self._dull = QTimer(self)  # nobody came for a while
        self._dull.setSingleShot(True)
        self._dull.timeout.connect(self._show_picture)
        self._draw()
        desk.bridge.call(desk.control.out_of_order, done=self._was_shut, owner=self)

    def shown(self) -> None:
        """Wait for guests, and for nobody."""
        self._stay_awake()

    def hidden(self) -> None:
        """Show nothing while staff look at something else."""
        self.attract.end()
        self._dull.stop()

    def _was_shut(self, code: str) -> None:
        """What shut this kiosk before a restart shuts it still."""
        if code:
            self._enter(Kiosk(State.OUT_OF_ORDER, code, code))

    def _stay_awake(self) -> None:
        """Somebody or something is here: no picture for a while."""
        self.attract.end()
        screen = self.desk.settings.screen
        if screen.attract and self.machine.state is State.WAITING:
            self._dull.start(int(screen.attract_after * 1000))
        else:
            self._dull.stop()

    def _show_picture(self) -> None:
        path, fit = self.desk.settings.screen.attract, self.size()
        if path == OWN_PICTURE:
            self._picture_read(None)
        else:
            self.desk.bridge.call(self._picture_of, path, fit, done=self._picture_read, owner=self)

    def _picture_of(self, path: str, fit: QSize) -> QImage | None:
        """Also what an administrator brings along on a stick is unpacked apart from the door."""
        return self.desk.pictures.unpack(content_of(path, HOUSE), fit, HOUSE)

    def _picture_read(self, picture: QImage | None) -> None:
        if self.machine.state is State.WAITING and self.isVisible():
            self.attract.begin(picture)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: FBT001 - Qt's signature
        """Tab ends the picture: it would go to what lies below it."""
        if self.attract.isVisible():
            self._stay_awake()
            return True
        return super().focusNextPrevChild(forward)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A touch ends the picture."""
        super().mousePressEvent(event)
        self._stay_awake()

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
        wide = 480 if theme.large else 640
        self.preview.setFixedSize(theme.px(wide), theme.px(wide * 9 / 16))
        self.preview.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        lay.addStretch(1)
        lay.addWidget(self.symbol, 0, centre)
        for label in (self.headline, self.name_line, self.says, self.facts):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            lay.addWidget(label)
        lay.addWidget(self.preview, 0, centre)
        lay.addStretch(1)
        lay.addLayout(self._foot())

    def _foot(self) -> QHBoxLayout:
        theme = self.desk.theme
        foot = QHBoxLayout()
        foot.setSpacing(theme.space("s"))
        self.flags = [FlagButton(theme, code, self._choose) for code in texts.languages()]
        for flag in self.flags:
            foot.addWidget(flag)
        self._staff = button(texts.word("kiosk.staff"), self._staff_pressed, "quiet", name="kiosk-staff")
        foot.addStretch(1)
        foot.addWidget(self._staff)
        return foot

    def hear(self, event: Event) -> None:
        """Feed the machine, show the picture."""
        if isinstance(event, (FrameSeen, DeviceChanged)) and event.watched:
            return
        if isinstance(event, FrameSeen):
            self.preview.show_frame(event)
            if self.attract.isVisible() and (event.outlines or self.attract.wakes(event)):
                self._stay_awake()
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
        if machine.sticky != self.machine.sticky:
            self.desk.bridge.call(self.desk.control.set_out_of_order, machine.sticky)
        self.machine = machine
        seconds = Timing(verdict=self.desk.settings.screen.verdict_seconds).of(machine.state)
        if seconds is None:
            self._timer.stop()
        else:
            self._timer.start(int(seconds * 1000))
        self._stay_awake()
        self._draw()

    def _draw(self) -> None:
        theme, state = self.desk.theme, self.machine.state
        symbol, ground, ink = _LOOKS[state]
        verdict = self._event.scan.verdict if self._event else None
        self.symbol.show_symbol(symbol, theme.colour(ink), theme.colour(ground))
        self.headline.setText(
            texts.word(_HEADLINES[state]) if state in _HEADLINES else texts.headline(self.machine.code)
        )
        told = state in TOLD
        self.says.setText(self._words(state))
        inside = state in (State.ADMITTED, State.GATE_OPEN)
        self.name_line.setText(holder(verdict) if verdict and inside else "")
        self.facts.setText(self._own_facts() if told else "")
        for label in (self.says, self.name_line, self.facts):
            label.setVisible(bool(label.text()))
        looking = state in (State.WAITING, State.READING)
        self.preview.setVisible(looking)
        self.symbol.setVisible(not looking)
        for flag in self.flags:
            flag.ink = theme.colour(ink)
            flag.setChecked(flag.language == texts.language())
        palette = theme.palette
        self.setStyleSheet(
            f"KioskScreen {{ background: {getattr(palette, ground)}; }}"
            f' QLabel, QPushButton[kind="quiet"] {{ color: {getattr(palette, ink)}; }}'
        )
        announce(self, f"{self.headline.text()} {self.says.text()}")

    def _words(self, state: State) -> str:
        if state is State.GATE_OPEN:
            return ""  # the headline says it
        if state in TOLD:
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
        lines = [
            texts.word("helpdesk.now", title=f.label, says=f.value)
            for f in refusal_facts(verdict, telling)
            if f.label in labels
        ]
        left = verdict.detail.get("entries_left")
        if verdict.admits and isinstance(left, int):
            lines.append(texts.word("kiosk.entries_left", count=texts.number(left)))
        return "\n".join(lines)

    def _choose(self, language: str) -> None:
        self._chosen = True
        self._speak(language)
        self._stay_awake()
        self._draw()
        if self.machine.state is State.WAITING:
            self._timer.start(CHOICE_STAYS)

    def _speak(self, language: str) -> None:
        if language == texts.language():
            return
        texts.set_language(language)
        self._staff.setText(texts.word("kiosk.staff"))
        rtl = Qt.LayoutDirection.RightToLeft if texts.is_rtl() else Qt.LayoutDirection.LeftToRight
        self.setLayoutDirection(rtl)

    def _staff_pressed(self) -> None:
        self.desk.with_pin(Role.STAFF, self._staff_here)

    def _staff_here(self) -> None:
        self.desk.open_panel(StaffPanel(self.desk, self._back_in_order))

    def _back_in_order(self) -> None:
        self.desk.close_panel()
        self._enter(self.machine.repaired())
