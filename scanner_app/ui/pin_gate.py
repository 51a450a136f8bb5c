"""The PIN in front of what is locked: asked for where one was chosen, before an action, a screen or the way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtWidgets import QWidget

from scanner_app.application.config import Settings
from scanner_app.application.control import Action, DoorControl, PinAnswer, Role
from scanner_app.application.roles import ANYBODY, role_for, speaker
from scanner_app.domain.errors import ScannerError
from scanner_app.ui import texts
from scanner_app.ui.bridge import Bridge
from scanner_app.ui.theme import Theme
from scanner_app.ui.widgets.pinpad import PinPad, is_pin


class Front(Protocol):
    """What the gate needs of the window, which may be built anew meanwhile."""

    control: DoorControl
    bridge: Bridge
    settings: Settings
    theme: Theme

    @property
    def panel(self) -> QWidget | None:
        """The panel that lies over the screens, if any."""

    def cover(self, panel: QWidget) -> None:
        """Lay a panel over everything, whatever was said before."""

    def lift(self) -> None:
        """Take it away; nothing else changes."""

    def turn_back(self) -> None:
        """Take it away: nobody goes where the rail pointed."""

    def trouble(self, error: ScannerError) -> None:
        """Tell people of a failed call."""

    def scanned(self, text: str) -> None:
        """Present what a keyboard scanner sent."""


class PinGate:
    """Lets through at once, or once the PIN was entered. What is typed before its pad is up waits for the pad."""

    def __init__(self, front: Front, owner: QWidget) -> None:
        self._front, self._owner = front, owner
        self._asked = 0
        self._early: list[str] = []

    def takes(self, text: str) -> bool:
        """Take what was typed as quickly as a scanner types for a PIN, where one is being asked for."""
        pad = next((pad for pad in self._owner.findChildren(PinPad) if pad.isVisible()), None)
        if pad is not None:
            return pad.takes(text)
        if not self._asked or not is_pin(text):
            return False
        self._early.append(text)
        return True

    def allow(self, action: Action, then: Callable[[], None]) -> None:
        """Run `then` once the PIN that this action asks for was entered."""
        role = role_for(action, self._front.settings.pins)
        if role == ANYBODY:
            then()
        else:
            self.ask(Role(role), then)

    def operator(self, action: Action) -> str:
        """Return in whose name an action is done that was allowed."""
        return speaker(action, self._front.settings.pins)

    def ask(self, role: Role, then: Callable[[], None], free: Callable[[], None] | None = None) -> None:
        """Run `then` once the role's PIN was entered; where none has been chosen `free`, or else `then`, at once."""
        self._asked += 1
        self._front.bridge.call(
            self._front.control.check_pin,
            role,
            "",
            done=lambda answer: self._known(role, then, free or then, answer),
            failed=self._unknown,
            owner=self._owner,
        )

    def _heard(self) -> list[str]:
        self._asked = max(0, self._asked - 1)
        early, self._early = self._early, []
        return early

    def _unknown(self, error: ScannerError) -> None:
        self._heard()  # perhaps a PIN: it is not judged
        self._front.trouble(error)

    def _known(self, role: Role, then: Callable[[], None], free: Callable[[], None], answer: PinAnswer) -> None:
        early = self._heard()
        if answer.unset or answer.ok:
            free()
            for text in early:  # no PIN stands in the way: they were guests
                self._front.scanned(text)
            return
        pad = PinPad(
            self._front.theme,
            texts.word("pin.title", role=texts.word(f"role.{role.value}")),
            texts.word("pin.help"),
            lambda pin: self._try(role, pin, then),
            self._front.turn_back,
        )
        self._front.cover(pad)
        if answer.wait > 0:
            pad.answer(answer)
        for text in early:
            pad.takes(text)

    def _try(self, role: Role, pin: str, then: Callable[[], None]) -> None:
        self._front.bridge.call(
            self._front.control.check_pin,
            role,
            pin,
            done=lambda answer: self._answered(answer, then),
            owner=self._front.panel,
        )

    def _answered(self, answer: PinAnswer, then: Callable[[], None]) -> None:
        pad = self._front.panel
        if answer.ok:
            self._front.lift()
            then()
        elif isinstance(pad, PinPad):
            pad.answer(answer)
