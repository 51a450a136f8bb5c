"""The one window: what it hears, the settings in force, the PIN in front of what is locked, and the way out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeyEvent

from scanner_app.application.config import Settings
from scanner_app.application.control import Action, DoorControl, Role
from scanner_app.application.events import (
    Decided,
    Event,
    Level,
    Notice,
    SettingsChanged,
    SheetSeen,
    Status,
    StatusChanged,
)
from scanner_app.application.sheets import SHEET_PREFIX
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.errors import ScannerError
from scanner_app.ui import texts
from scanner_app.ui.bridge import Bridge
from scanner_app.ui.desk import Screen
from scanner_app.ui.dress import BASE
from scanner_app.ui.picture_process import PictureProcess
from scanner_app.ui.pin_gate import PinGate
from scanner_app.ui.plain import visible
from scanner_app.ui.saving import Saver
from scanner_app.ui.screens import attended_screens
from scanner_app.ui.screens.door_panels import LeavePanel
from scanner_app.ui.screens.kiosk import KioskScreen
from scanner_app.ui.screens.setup import SetupScreen
from scanner_app.ui.shell import Shell
from scanner_app.ui.sound import Sounds
from scanner_app.ui.widgets.preview import Preview

TICK = 10_000
"""Milliseconds between two looks at ages and clocks while nothing happens."""


class Window(Shell):
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
        super().__init__(settings=settings, status=status, demo=demo, size=size)
        self.control = control
        self.bridge = bridge
        self.sounds = sounds or Sounds(self)
        self.sounds.enabled, self.sounds.volume = settings.screen.sounds, settings.screen.volume
        self.pictures = PictureProcess()
        self._gate = PinGate(self, self)
        self._saver = Saver(control, bridge, self._kept, self._not_kept, self)
        self.on_busy: Callable[[], None] = lambda: None
        self._may_close = False
        self._in_setup = not settings.ready
        self.rebuild()
        bridge.listen(self.hear, self)
        bridge.on_trouble(self.trouble)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK)
        self._tick.timeout.connect(self._ask_status)
        self._tick.start()

    def planned(self) -> Mapping[str, Callable[[], Screen]]:
        """Return the screens of the first set-up, of a kiosk, or of a door."""
        if self._in_setup:
            return {"setup": partial(SetupScreen, self, self._setup_done)}
        attended = {name: partial(made, self) for name, made in attended_screens(self.settings).items()}
        if not self.settings.screen.attended:
            return {"kiosk": partial(KioskScreen, self), **attended}
        self.bridge.call(self.control.set_out_of_order, "")  # staff stand here: they see for themselves
        return attended

    def framed(self, screen: str) -> bool:
        """Guests see no rail and no strip; staff who came past the PIN find their way around, and back."""
        attended = self.settings.screen.attended or screen not in ("", "kiosk")
        return attended and not self._in_setup

    # --- events
    def hear(self, event: Event) -> None:
        """Take an event on the window's thread."""
        match event:
            case Notice():
                self.toast(_notice(event), event.level)
            case SettingsChanged():
                self.bridge.call(self.control.settings, done=self._take_settings, owner=self)
            case Decided():
                self.on_busy()
                self._decided(event)
            case _:
                pass
        super().hear(event)

    def _decided(self, event: Decided) -> None:
        self._toast.dismiss()
        if self.current not in ("door", "kiosk") or self._overlay.panel is not None:
            self._banner.show_verdict(event.scan.verdict, self.settings.screen.verdict_seconds)

    def save(self, settings: Settings) -> None:
        """Keep settings and say so; what could not be kept is not shown as kept."""
        self.settings = settings
        self._saver.save(settings)

    def _kept(self) -> None:
        self.toast(texts.word("settings.saved"), seconds=2)
        self.bridge.call(self.control.settings, done=self._take_settings, owner=self)

    def _not_kept(self, error: ScannerError) -> None:
        self.trouble(error)
        self.bridge.call(self.control.settings, done=self._as_before, owner=self)

    def _as_before(self, settings: Settings) -> None:
        self._take_settings(settings)
        if self.current in self.screens:
            self.screens[self.current].shown()

    def _take_settings(self, settings: Settings) -> None:
        if self._saver.busy:
            return  # older than what is being kept, and asked for again afterwards
        self.settings = settings
        for screen in self.screens.values():
            for preview in screen.findChildren(Preview):
                preview.mirror = settings.devices.mirror
        look = settings.screen
        self.sounds.enabled, self.sounds.volume = look.sounds, look.volume
        self.typing.mode = look.keyboard
        if not self.dressed_for(settings) and not self._in_setup:
            self.rebuild()
        self._ask_status()

    def _ask_status(self) -> None:
        self.bridge.call(self.control.status, done=lambda status: self.hear(StatusChanged(status)), owner=self)

    # --- Desk
    def trouble(self, error: ScannerError) -> None:
        """Tell people of a failed call, in words for staff."""
        code = error.code if texts.known(error.code) else "trouble"
        self.toast(f"{texts.sentence(code)} {texts.advice(code)}", Level.ERROR, seconds=10)

    def with_pin(self, role: Role, then: Callable[[], None]) -> None:
        """Run `then` once the role's PIN was entered; at once while none has been chosen."""
        self._gate.ask(role, then)

    def allow(self, action: Action, then: Callable[[], None]) -> None:
        """Run `then` once the PIN that this action asks for was entered."""
        self._gate.allow(action, then)

    def operator(self, action: Action) -> str:
        """Return in whose name an action is done that was allowed."""
        return self._gate.operator(action)

    def chosen(self, screen: str) -> None:
        """Go where the rail points, past the PIN where there is one."""
        if screen == "settings" and self.current != "settings":
            self.with_pin(Role.ADMINISTRATOR, lambda: self.go("settings"))
            self._rail.choose(self.current)
        else:
            self.go(screen)

    def speak(self, language: str) -> None:
        """Speak another language from now on; the first set-up keeps it with the rest."""
        self.settings = replace(self.settings, screen=replace(self.settings.screen, language=language))
        self.rebuild()

    def rerun_setup(self) -> None:
        """Go through the first set-up again."""
        self._in_setup = True
        self.rebuild()

    def _setup_done(self, settings: Settings) -> None:
        self.settings = settings
        self._in_setup = False
        self.rebuild()
        self._ask_status()

    def nobody_there(self) -> None:
        """Where guests help themselves, nothing of the staff's stays open."""
        if self.settings.screen.attended or self._in_setup:
            return
        if self._overlay.panel is not None:
            self.turn_back()
        self.go(self.home)

    # --- scans that come as keys
    def scanned(self, text: str, kind: str = "scanner") -> None:
        """Present what a keyboard scanner sent, whatever has the focus; a PIN typed as quickly is no guest's code."""
        if self._gate.takes(text):
            return
        setup = self.screens.get("setup")
        if not self._in_setup or (isinstance(setup, SetupScreen) and setup.over):
            self.control.present(Credential(text, Symbology(kind.upper())))
        elif text.startswith(SHEET_PREFIX):
            self.hear(SheetSeen(text))

    # --- the way out
    def leave(self) -> None:
        """Ask for the administrator's PIN, or where none is set whether it is meant, then end."""
        self._gate.ask(Role.ADMINISTRATOR, self.close_now, self._ask_to_leave)

    def _ask_to_leave(self) -> None:
        self._overlay.open(LeavePanel(self, self.close_now))

    def close_now(self) -> None:
        """Close without asking anybody."""
        self.allow_close()
        self.close()

    def allow_close(self) -> None:
        """Let the next close through: the program itself is ending."""
        self._may_close = True

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close only by the PIN."""
        if self._may_close:
            self._tick.stop()
            self.idle.stop()
            self.pictures.stop()
            event.accept()
            return
        event.ignore()
        self.leave()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes a panel, goes home, or asks to leave; F-keys choose screens."""
        if event.key() == Qt.Key.Key_Escape:
            self._escape()
            return
        names = [n for n in self._plan if n not in ("setup", "kiosk")]
        number = event.key() - Qt.Key.Key_F1.value
        if 0 <= number < len(names) and self._rail.isVisible() and self._overlay.panel is None:
            self.chosen(names[number])
            return
        super().keyPressEvent(event)

    def _escape(self) -> None:
        if self._overlay.panel is not None:
            self.turn_back()
        elif self.current != self.home:
            self.go(self.home)
        else:
            self.leave()


def _notice(notice: Notice) -> str:
    advice = texts.advice(notice.code) if notice.level is not Level.INFO else ""
    return f"{texts.sentence(notice.code, detail=visible(notice.detail))} {advice}".strip()
