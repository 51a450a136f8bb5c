"""The frame and the screens in it: built, built anew in slices, one in front, and what lies over them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QMainWindow, QWidget
from shiboken6 import delete

from scanner_app.application.config import Settings
from scanner_app.application.events import Decided, DeviceChanged, DeviceState, Event, Level, Status, StatusChanged
from scanner_app.ui import texts
from scanner_app.ui.desk import Screen
from scanner_app.ui.dress import BASE, dress_of, dressed
from scanner_app.ui.frame import Frame
from scanner_app.ui.idle import Idle
from scanner_app.ui.slices import Slices
from scanner_app.ui.theme import Theme
from scanner_app.ui.touch_typing import TouchTyping
from scanner_app.ui.widgets.scroll import bring_into_view
from scanner_app.ui.widgets.training import TrainingBand


class Shell(QMainWindow):
    """A window around screens that it makes itself. Which ones, and who may see rail and strip, says who derives."""

    ahead = True
    """Whether every screen is made before it is asked for, so that nobody waits for one."""

    def __init__(self, *, settings: Settings, status: Status, demo: bool = False, size: tuple[int, int] = BASE) -> None:
        super().__init__()
        self.settings = settings
        self.status = status
        self.demo = demo
        self.theme = Theme()
        self.screens: dict[str, Screen] = {}
        self.current = ""
        self.typing = TouchTyping(self)
        self.idle = Idle(self.nobody_there, self)
        self._plan: Mapping[str, Callable[[], Screen]] = {}
        self._memory: dict[str, object] = {}
        self._missed: list[Decided] = []
        self._camera = DeviceChanged("", DeviceState.OPENING)
        self._slices = Slices(self)
        self.setWindowTitle(texts.word("app.name"))
        self.setMinimumSize(960, 600)
        self.resize(*size)

    # --- for who derives
    def planned(self) -> Mapping[str, Callable[[], Screen]]:
        """Return how each screen is made, by its name; the first is the one to come back to."""
        raise NotImplementedError

    def framed(self, screen: str) -> bool:
        """Whether rail and strip are shown around a screen; "" before there is one."""
        raise NotImplementedError

    def chosen(self, screen: str) -> None:
        """Take it that somebody pressed a screen's name in the rail."""
        raise NotImplementedError

    def nobody_there(self) -> None:
        """Take it that nobody pressed anything for a while."""
        raise NotImplementedError

    # --- building
    def rebuild(self) -> None:
        """Build everything anew in the language, look and size of now: in slices, so that nobody waits for it."""
        if self.centralWidget() is None:
            self._begin_anew()
            self._slices.finish()
        else:
            self._slices.start([self._begin_anew])

    def dressed_for(self, settings: Settings) -> bool:
        """Whether everything is built as these settings ask for."""
        return self._dressed_for == dress_of(settings)

    def _begin_anew(self) -> None:
        was, stop = self.current, self._stop()
        self._put_away()
        self._dressed_for = dress_of(self.settings)
        self.theme = dressed(self.settings.screen, self.width(), self.height())
        self._plan = self.planned()
        self._build_frame()
        home = self.home
        self._slices.add([partial(self._make, home), partial(self._come_back, was if was in self._plan else home)])
        if was in self._plan:
            self._slices.add([partial(self._stand_on, stop)])
        self._slices.add([partial(self._make, name) for name in self._plan if self.ahead])

    def _put_away(self) -> None:
        """Take down what stands; what each screen should know when it is built anew is remembered."""
        if self.current in self.screens:
            self.screens[self.current].hidden()
        self._memory |= {name: screen.memory() for name, screen in self.screens.items()}
        self.screens, self.current = {}, ""
        if (old := self.takeCentralWidget()) is not None:
            self._overlay.close_panel()
            self.setUpdatesEnabled(False)  # nobody sees an empty window
            delete(old)  # now: the style sheet would dress it once more, which takes longer than all the rest

    def _make(self, name: str) -> None:
        """Make a screen, unless it is there; what was decided meanwhile is shown."""
        if name in self.screens:
            return
        screen = self.screens[name] = self._plan[name]()
        self._stack.addWidget(screen)
        screen.recall(self._memory.pop(name, None))
        if self._camera.source:
            screen.hear(self._camera)  # nobody tells it again to a screen that is made anew
        if name == self.home:
            missed, self._missed = self._missed, []
            for event in missed:
                screen.hear(event)

    def _stop(self) -> str:
        """Return the name of where the keyboard is in the screen in front, '' for nowhere that has one."""
        at, screen = self.focusWidget(), self.screens.get(self.current)
        return at.objectName() if screen is not None and screen.isAncestorOf(at) else ""

    def _stand_on(self, stop: str) -> None:
        """Whoever changed a language or a look by keys goes on from there."""
        found = self.screens[self.current].findChild(QWidget, stop) if stop else None
        if found is not None and self._overlay.panel is None:
            found.setFocus(Qt.FocusReason.OtherFocusReason)

    def _come_back(self, name: str) -> None:
        self.go(name)
        self.setUpdatesEnabled(True)
        # What was dirty before counts as asked for, and that was heard in vain: nothing would be painted any more.
        QCoreApplication.postEvent(self, QEvent(QEvent.Type.UpdateRequest))

    def _build_frame(self) -> None:
        names = [n for n in self._plan if n != "setup"]
        frame = Frame(self.theme, names, self.chosen, framed=self.framed(""))
        self._stack, self._rail, self._strip = frame.stack, frame.rail, frame.strip
        self._overlay, self._toast, self._banner = frame.overlay, frame.toast, frame.banner
        self.setCentralWidget(frame.canvas)
        self._mark_training()
        self.typing.begin(frame.canvas, self.theme, self.settings.screen.keyboard, self._toast.stand_on)
        self._strip.show_status(self.status)
        self._show_device()

    def _show_device(self) -> None:
        """What guests are read by; a reader is no camera, and a door may have none."""
        event = self._camera
        if event.reader:
            self._strip.show_reader(event.state)
        elif self.settings.devices.readers_only:
            self._strip.show_reader(DeviceState.OPENING)
        else:
            self._strip.show_camera(event.state)

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

    # --- the screens
    @property
    def home(self) -> str:
        """The screen to come back to."""
        return next(iter(self._plan))

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
        self._rail.setVisible(self.framed(screen))
        self._strip.setVisible(self.framed(screen))
        if self._toast.offers or not self.framed(screen):
            self._toast.dismiss()  # what staff were told, with a guest's name perhaps; or it would lie over a button
        self._uncover()
        self.screens[screen].shown()

    def hear(self, event: Event) -> None:
        """Show in the strip what belongs there; every screen hears it too, the first one also what came too early."""
        match event:
            case StatusChanged():
                self.status = event.status
                self._strip.show_status(event.status)
                self._show_device()
            case DeviceChanged(watched=False):
                self._camera = event
                self._show_device()
            case Decided() if self.home not in self.screens:
                self._missed.append(event)
            case _:
                pass
        for screen in list(self.screens.values()):
            screen.hear(event)

    # --- what lies over them
    @property
    def panel(self) -> QWidget | None:
        """The panel that lies over the screens, if any."""
        return self._overlay.panel

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

    def _uncover(self) -> None:
        """The door shows the verdict itself: what was laid over another screen would only hide it."""
        if self.current in ("door", "kiosk"):
            self._banner.hide()

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: FBT001 - Qt's signature
        """Tab brings into view what it comes to, and goes into the panel that is open."""
        if self._overlay.panel is not None:
            return self._overlay.focusNextPrevChild(forward)
        moved = super().focusNextPrevChild(forward)
        bring_into_view(self.focusWidget())
        return moved
