"""The frame: rail, status strip, screens, panels, toasts, the PIN in front of what is locked, and the way out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QWidget
from shiboken6 import delete

from scanner_app.application.config import Settings
from scanner_app.application.control import Action, DoorControl, Role
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
from scanner_app.application.sheets import SHEET_PREFIX
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.errors import ScannerError
from scanner_app.ui import texts
from scanner_app.ui.bridge import Bridge
from scanner_app.ui.desk import Desk, Screen
from scanner_app.ui.dress import BASE, dress_of, dressed
from scanner_app.ui.frame import Frame
from scanner_app.ui.idle import Idle
from scanner_app.ui.picture_process import PictureProcess
from scanner_app.ui.pin_gate import PinGate
from scanner_app.ui.saving import Saver
from scanner_app.ui.screens import attended_screens
from scanner_app.ui.screens.door_panels import LeavePanel
from scanner_app.ui.screens.kiosk import KioskScreen
from scanner_app.ui.screens.setup import SetupScreen
from scanner_app.ui.slices import Slices
from scanner_app.ui.sound import Sounds
from scanner_app.ui.theme import Theme
from scanner_app.ui.touch_typing import TouchTyping
from scanner_app.ui.widgets.preview import Preview
from scanner_app.ui.widgets.scroll import bring_into_view
from scanner_app.ui.widgets.training import TrainingBand

log = logging.getLogger(__name__)
TICK = 10_000
"""Milliseconds between two looks at ages and clocks while nothing happens."""


class Window(QMainWindow):
    """The one window. Screens use it as their Desk."""

    ahead = True
    """Whether every screen is made before it is asked for, so that nobody waits for one."""

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
        self.sounds.enabled, self.sounds.volume = settings.screen.sounds, settings.screen.volume
        self.pictures = PictureProcess()
        self.theme = Theme()
        self.screens: dict[str, Screen] = {}
        self._plan: dict[str, Callable[[Desk], Screen]] = {}
        self._memory: dict[str, str] = {}
        self._missed: list[Decided] = []
        self._slices = Slices(self)
        self._gate = PinGate(self, self)
        self._saver = Saver(control, bridge, self._kept, self._not_kept, self)
        self.current = ""
        self.on_busy: Callable[[], None] = lambda: None
        self._camera = DeviceChanged("", DeviceState.OPENING)
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
        """Build everything anew in the language, look and size of now: in slices, so that nobody waits for it."""
        if self.centralWidget() is None:
            self._begin_anew()
            self._slices.finish()
        else:
            self._slices.start([self._begin_anew])

    def _begin_anew(self) -> None:
        was = self.current
        if was in self.screens:
            self.screens[was].hidden()
        self._memory |= {name: screen.memory() for name, screen in self.screens.items()}
        self.screens, self.current = {}, ""
        if (old := self.takeCentralWidget()) is not None:
            self._overlay.close_panel()
            self.setUpdatesEnabled(False)  # nobody sees an empty window
            delete(old)  # now: the style sheet would dress it once more, which takes longer than all the rest
        self._dress()
        self._plan = self._planned()
        self._build_frame()
        home = self.home
        self._slices.add([partial(self._make, home), partial(self._come_back, was if was in self._plan else home)])
        self._slices.add([partial(self._make, name) for name in self._plan if self.ahead])

    def _dress(self) -> None:
        self._dressed_for = dress_of(self.settings)
        self.theme = dressed(self.settings.screen, self.width(), self.height())

    def _make(self, name: str) -> None:
        """Make a screen, unless it is there; what was decided meanwhile is shown."""
        if name in self.screens:
            return
        screen = self.screens[name] = self._plan[name](self)
        self._stack.addWidget(screen)
        screen.recall(self._memory.get(name, ""))
        if self._camera.source:
            screen.hear(self._camera)  # nobody tells it again to a screen that is made anew
        if name == self.home:
            missed, self._missed = self._missed, []
            for event in missed:
                screen.hear(event)

    def _come_back(self, name: str) -> None:
        self.go(name)
        self.setUpdatesEnabled(True)
        # What was dirty before counts as asked for, and that was heard in vain: nothing would be painted any more.
        QCoreApplication.postEvent(self, QEvent(QEvent.Type.UpdateRequest))

    def _build_frame(self) -> None:
        names = [n for n in self._plan if n != "setup"]
        frame = Frame(self.theme, names, self._rail_pressed, framed=self._framed(""))
        self._stack, self._rail, self._strip = frame.stack, frame.rail, frame.strip
        self._overlay, self._toast, self._banner = frame.overlay, frame.toast, frame.banner
        self.setCentralWidget(frame.canvas)
        self._mark_training()
        self.typing.begin(frame.canvas, self.theme, self.settings.screen.keyboard, self._toast.stand_on)
        self._strip.show_status(self.status)
        self._strip.show_camera(self._camera.state)

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

    def _planned(self) -> dict[str, Callable[[Desk], Screen]]:
        if self._in_setup:
            return {"setup": lambda desk: SetupScreen(desk, self._setup_done)}
        if not self.settings.screen.attended:
            return {"kiosk": KioskScreen, **attended_screens(self.settings)}
        self.bridge.call(self.control.set_out_of_order, "")  # staff stand here: they see for themselves
        return attended_screens(self.settings)

    @property
    def home(self) -> str:
        """The screen to come back to."""
        return next(iter(self._plan))

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
            case DeviceChanged(watched=False):
                self._camera = event
                self._strip.show_camera(event.state)
            case Notice():
                self.toast(_notice(event), event.level)
            case SettingsChanged():
                self.bridge.call(self.control.settings, done=self._take_settings, owner=self)
            case Decided():
                self.on_busy()
                self._decided(event)
                if self.home not in self.screens:
                    self._missed.append(event)
            case _:
                pass
        for screen in list(self.screens.values()):
            screen.hear(event)

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
        if self._dressed_for != dress_of(settings) and not self._in_setup:
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
        """Lay a panel over the screens; what was said before it is said."""
        self._toast.dismiss()
        self._overlay.open(panel)

    def close_panel(self) -> None:
        """Take the panel away."""
        self._overlay.close_panel()
        self._uncover()

    def _uncover(self) -> None:
        """The door shows the verdict itself: what was laid over another screen would only hide it."""
        if self.current in ("door", "kiosk"):
            self._banner.hide()

    def go(self, screen: str) -> None:
        """Bring a screen to the front."""
        if screen not in self._plan or screen == self.current:
            return
        self._make(screen)
        if self.current in self.screens:
            self.screens[self.current].hidden()
        self.current = screen
        self._stack.setCurrentWidget(self.screens[screen])
        self._rail.choose(screen)
        self._rail.setVisible(self._framed(screen))
        self._strip.setVisible(self._framed(screen))
        self._uncover()
        self.screens[screen].shown()

    def _framed(self, screen: str) -> bool:
        """Guests see no rail and no strip; staff who came past the PIN find their way around, and back."""
        attended = self.settings.screen.attended or screen not in ("", "kiosk")
        return self.settings.ready and not self._in_setup and attended

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

    # --- what the gate stands in
    def cover(self, panel: QWidget) -> None:
        """Lay a panel over everything, whatever was said before."""
        self._overlay.open(panel)

    def lift(self) -> None:
        """Take it away; nothing else changes."""
        self._overlay.close_panel()

    def turn_back(self) -> None:
        """Take it away: nobody goes where the rail pointed."""
        self._overlay.close_panel()
        self._rail.choose(self.current)

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
            self.turn_back()
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
            self._rail_pressed(names[number])
            return
        super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: FBT001 - Qt's signature
        """Tab brings into view what it comes to, and goes into the panel that is open."""
        if self._overlay.panel is not None:
            return self._overlay.focusNextPrevChild(forward)
        moved = super().focusNextPrevChild(forward)
        bring_into_view(self.focusWidget())
        return moved

    def _escape(self) -> None:
        if self._overlay.panel is not None:
            self.turn_back()
        elif self.current != self.home:
            self.go(self.home)
        else:
            self.leave()


def _notice(notice: Notice) -> str:
    advice = texts.advice(notice.code) if notice.level is not Level.INFO else ""
    return f"{texts.sentence(notice.code)} {advice}".strip()
