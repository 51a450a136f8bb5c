"""The PIN in front of what is locked: asked for where one was chosen, before an action, a screen or the way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtWidgets import QWidget

from scanner_app.application.config import Settings
from scanner_app.application.control import Action, DoorControl, PinAnswer, Role
from scanner_app.application.roles import ANYBODY, role_for, speaker
from scanner_app.ui import texts
from scanner_app.ui.bridge import Bridge
from scanner_app.ui.theme import Theme
from scanner_app.ui.widgets.pinpad import PinPad


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


class PinGate:
    """Lets through at once, or once the PIN was entered."""

    def __init__(self, front: Front, owner: QWidget) -> None:
        self._front, self._owner = front, owner

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
        self._front.bridge.call(
            self._front.control.check_pin,
            role,
            "",
            done=lambda answer: self._known(role, then, free or then, answer),
            owner=self._owner,
        )

    def _known(self, role: Role, then: Callable[[], None], free: Callable[[], None], answer: PinAnswer) -> None:
        if answer.unset or answer.ok:
            free()
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
