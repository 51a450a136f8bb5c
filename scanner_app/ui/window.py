"""The frame: rail, status strip, screens, panels, toasts, the PIN in front of what is locked, and the way out."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from scanner_app.application.config import Settings
from scanner_app.application.control import Action, DoorControl, PinAnswer, Role
from scanner_app.application.events import (
    Decided,
    DeviceChanged,
    DeviceState,
    Event,
    Level,
    Notice,
    SettingsChanged,
    SheetSeen,
    Status,
    StatusChanged,
)
from scanner_app.application.roles import ANYBODY, role_for
from scanner_app.application.sheets import SHEET_PREFIX
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.errors import ScannerError
from scanner_app.ui import texts
from scanner_app.ui.bridge import Bridge
from scanner_app.ui.desk import Screen
from scanner_app.ui.idle import Idle
from scanner_app.ui.screens import attended_screens
from scanner_app.ui.screens.kiosk import KioskScreen
from scanner_app.ui.screens.setup import SetupScreen
from scanner_app.ui.sound import Sounds
from scanner_app.ui.theme import Theme
from scanner_app.ui.touch_typing import Canvas, TouchTyping
from scanner_app.ui.widgets.banner import VerdictBanner
from scanner_app.ui.widgets.overlay import Overlay, Toast
from scanner_app.ui.widgets.pinpad import PinPad
from scanner_app.ui.widgets.preview import Preview
from scanner_app.ui.widgets.rail import Rail
from scanner_app.ui.widgets.strip import StatusStrip
from scanner_app.ui.widgets.training import TrainingBand

log = logging.getLogger(__name__)
BASE = (1280, 800)
"""The window size at which a factor of 1 is right."""
TICK = 10_000
"""Milliseconds between two looks at ages and clocks while nothing happens."""


class Window(QMainWindow):
    """The one window. Screens use it as their Desk."""

    def __init__(
        self,
        control: DoorControl,
        bridge: Bridge,
        *,
        settings: Settings,
        status: Status,
        demo: bool = False,
        sounds: Sounds | None = None,
        size: tuple[int, int] = BASE,
    ) -> None:
        super().__init__()
        self.control = control
        self.bridge = bridge
        self.settings = settings
        self.status = status
        self.demo = demo
        self.sounds = sounds or Sounds(self)
        self.theme = Theme()
        self.screens: dict[str, Screen] = {}
        self.current = ""
        self.on_busy: Callable[[], None] = lambda: None
        self._camera = DeviceState.OPENING
        self._may_close = False
        self.typing = TouchTyping(self)
        self.idle = Idle(self._nobody_there, self)
        self._in_setup = not settings.ready
        self.setWindowTitle(texts.word("app.name"))
        self.setMinimumSize(960, 600)
        self.resize(*size)
        self.rebuild()
        bridge.listen(self.hear, self)
        bridge.on_trouble(self.trouble)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK)
        self._tick.timeout.connect(self._ask_status)
        self._tick.start()

    # --- building
    def rebuild(self) -> None:
        """Build everything anew in the language, look and size of now."""
        screen = self.settings.screen
        texts.set_language(screen.language)
        self.theme = Theme.named(
            screen.theme, self._factor(), reduced_motion=screen.reduced_motion, text=screen.text_scale
        )
        self.sounds.enabled, self.sounds.volume = screen.sounds, screen.volume
        app = QApplication.instance()
        if isinstance(app, QApplication):
            rtl = texts.is_rtl()
            app.setLayoutDirection(Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight)
            self.theme.apply(app)
        was = self.current
        if was in self.screens:
            self.screens[was].hidden()
        self._build()
        self._built_for = self.settings.screen
        self.current = ""
        self.go(was if was in self.screens else self.home)

    def _factor(self) -> float:
        """Sizes grow with the screen, more slowly than it: a larger screen also shows more."""
        fit = min(self.width() / BASE[0], self.height() / BASE[1])
        return round(max(0.85, min(1.5, 1 + (fit - 1) * 0.8)), 2)

    def _build(self) -> None:
        canvas = Canvas()
        self._stack = QStackedWidget()
        self.screens = self._make_screens()
        for screen in self.screens.values():
            self._stack.addWidget(screen)
        framed = self.settings.ready and self.settings.screen.attended and not self._in_setup
        self._rail = Rail(self.theme, [n for n in self.screens if n not in ("setup", "kiosk")], self._rail_pressed)
        self._strip = StatusStrip(self.theme)
        self._rail.setVisible(framed)
        self._strip.setVisible(framed)
        body = QVBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(self._strip)
        body.addWidget(self._stack, 1)
        row = QHBoxLayout(canvas.room)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._rail)
        row.addLayout(body, 1)
        self.setCentralWidget(canvas)
        self._mark_training()
        self._overlay = Overlay(self.theme, canvas.room)
        self._toast = Toast(self.theme, canvas)
        self._banner = VerdictBanner(self.theme, canvas)
        self.typing.begin(canvas, self.theme, self.settings.screen.keyboard, self._toast.stand_on)
        self._strip.show_status(self.status)
        self._strip.show_camera(self._camera)

    def _mark_training(self) -> None:
        """Above the window's middle, where no screen, panel, verdict or keyboard gets to."""
        band = TrainingBand(self.theme)
        band.setVisible(self.demo or self.settings.training)
        self.setMenuWidget(band)

    def showEvent(self, event: QShowEvent) -> None:
        """Know from now on whether a finger or a mouse pressed."""
        super().showEvent(event)
        if (handle := self.windowHandle()) is not None:
            self.typing.watch(handle)
            self.idle.watch(handle)

    def _make_screens(self) -> dict[str, Screen]:
        if self._in_setup:
            return {"setup": SetupScreen(self, self._setup_done)}
        screens = {s.name: s for s in attended_screens(self)}
        if not self.settings.screen.attended:
            return {"kiosk": KioskScreen(self), **screens}
        self.bridge.call(self.control.set_out_of_order, "")  # staff stand here: they see for themselves
        return screens

    @property
    def home(self) -> str:
        """The screen to come back to."""
        return next(iter(self.screens))

    @property
    def panel(self) -> QWidget | None:
        """The panel that lies over the screens, if any."""
        return self._overlay.panel

    # --- events
    def hear(self, event: Event) -> None:
        """Take an event on the window's thread; every screen hears it too."""
        match event:
            case StatusChanged():
                self.status = event.status
                self._strip.show_status(event.status)
            case DeviceChanged():
                self._camera = event.state
                self._strip.show_camera(event.state)
            case Notice():
                self.toast(_notice(event), event.level)
            case SettingsChanged():
                self.bridge.call(self.control.settings, done=self._take_settings, owner=self)
            case Decided():
                self.on_busy()
                self._decided(event)
            case _:
                pass
        for screen in list(self.screens.values()):
            screen.hear(event)

    def _decided(self, event: Decided) -> None:
        self._toast.dismiss()
        if self.current not in ("door", "kiosk") or self._overlay.panel is not None:
            self._banner.show_verdict(event.scan.verdict, self.settings.screen.verdict_seconds)

    def _take_settings(self, settings: Settings) -> None:
        self.settings = settings
        for screen in self.screens.values():
            for preview in screen.findChildren(Preview):
                preview.mirror = settings.devices.mirror
        if self._built_for != settings.screen and not self._in_setup:
            self._overlay.close_panel()
            self.rebuild()
        self._ask_status()

    def _ask_status(self) -> None:
        self.bridge.call(self.control.status, done=lambda status: self.hear(StatusChanged(status)), owner=self)

    # --- Desk
    def toast(
        self,
        text: str,
        level: Level = Level.INFO,
        *,
        action: str = "",
        then: Callable[[], None] | None = None,
        seconds: float = 6.0,
    ) -> None:
        """Say something at the foot of the window."""
        self._toast.say(text, level, action, then, seconds)

    def open_panel(self, panel: QWidget) -> None:
        """Lay a panel over the screens."""
        self._overlay.open(panel)

    def close_panel(self) -> None:
        """Take the panel away."""
        self._overlay.close_panel()

    def go(self, screen: str) -> None:
        """Bring a screen to the front."""
        if screen not in self.screens or screen == self.current:
            return
        if self.current in self.screens:
            self.screens[self.current].hidden()
        self.current = screen
        self._stack.setCurrentWidget(self.screens[screen])
        self._rail.choose(screen)
        self.screens[screen].shown()

    def trouble(self, error: ScannerError) -> None:
        """Tell people of a failed call, in words for staff."""
        code = error.code if texts.known(error.code) else "trouble"
        self.toast(f"{texts.sentence(code)} {texts.advice(code)}", Level.ERROR, seconds=10)

    def with_pin(self, role: Role, then: Callable[[], None]) -> None:
        """Run `then` once the role's PIN was entered; at once while none has been chosen."""
        self.bridge.call(
            self.control.check_pin, role, "", done=lambda answer: self._pin_known(role, then, answer), owner=self
        )

    def allow(self, action: Action, then: Callable[[], None]) -> None:
        """Run `then` once the PIN that this action asks for was entered."""
        role = role_for(action, self.settings.pins)
        if role == ANYBODY:
            then()
        else:
            self.with_pin(Role(role), then)

    def _pin_known(self, role: Role, then: Callable[[], None], answer: PinAnswer) -> None:
        if answer.unset or answer.ok:
            then()
            return
        pad = PinPad(
            self.theme,
            texts.word("pin.title", role=texts.word(f"role.{role.value}")),
            texts.word("pin.help"),
            lambda pin: self._try_pin(role, pin, then),
            self._pin_cancelled,
        )
        self._overlay.open(pad)
        if answer.wait > 0:
            pad.answer(answer)

    def _pin_cancelled(self) -> None:
        self._overlay.close_panel()
        self._rail.choose(self.current)

    def _try_pin(self, role: Role, pin: str, then: Callable[[], None]) -> None:
        pad = self._overlay.panel
        self.bridge.call(
            self.control.check_pin, role, pin, done=lambda answer: self._pin_answered(answer, then), owner=pad
        )

    def _pin_answered(self, answer: PinAnswer, then: Callable[[], None]) -> None:
        pad = self._overlay.panel
        if answer.ok:
            self._overlay.close_panel()
            then()
        elif isinstance(pad, PinPad):
            pad.answer(answer)

    def _rail_pressed(self, screen: str) -> None:
        if screen == "settings" and self.current != "settings":
            self.with_pin(Role.ADMINISTRATOR, lambda: self.go("settings"))
            self._rail.choose(self.current)
        else:
            self.go(screen)

    def rerun_setup(self) -> None:
        """Go through the first set-up again."""
        self._in_setup = True
        self.rebuild()

    def _setup_done(self, settings: Settings) -> None:
        self.settings = settings
        self._in_setup = False
        self.rebuild()
        self._ask_status()

    def _nobody_there(self) -> None:
        """Where guests help themselves, nothing of the staff's stays open."""
        if self.settings.screen.attended or self._in_setup:
            return
        if self._overlay.panel is not None:
            self._pin_cancelled()
        self.go(self.home)

    # --- scans that come as keys
    def scanned(self, text: str, kind: str = "scanner") -> None:
        """Present what a keyboard scanner sent, whatever has the focus."""
        if self._in_setup:
            if text.startswith(SHEET_PREFIX):
                self.hear(SheetSeen(text))
        else:
            self.control.present(Credential(text, Symbology(kind.upper())))

    # --- the way out
    def leave(self) -> None:
        """Ask for the administrator's PIN where one is set, then end."""
        self.with_pin(Role.ADMINISTRATOR, self._leave_now)

    def _leave_now(self) -> None:
        self._may_close = True
        self.close()

    def allow_close(self) -> None:
        """Let the next close through: the program itself is ending."""
        self._may_close = True

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close only by the PIN."""
        if self._may_close:
            self._tick.stop()
            self.idle.stop()
            event.accept()
            return
        event.ignore()
        self.leave()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes a panel, goes home, or asks to leave; F-keys choose screens."""
        if event.key() == Qt.Key.Key_Escape:
            self._escape()
            return
        names = [n for n in self.screens if n not in ("setup", "kiosk")]
        number = event.key() - Qt.Key.Key_F1.value
        if 0 <= number < len(names) and self._rail.isVisible():
            self._rail_pressed(names[number])
            return
        super().keyPressEvent(event)

    def _escape(self) -> None:
        if self._overlay.panel is not None:
            self._pin_cancelled()
        elif self.current != self.home:
            self.go(self.home)
        else:
            self.leave()


def _notice(notice: Notice) -> str:
    advice = texts.advice(notice.code) if notice.level is not Level.INFO else ""
    return f"{texts.sentence(notice.code)} {advice}".strip()
