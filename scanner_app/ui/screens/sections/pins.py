"""PINs: one for each role, and which role each action asks for."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QHBoxLayout

from scanner_app.application.control import Action, PinAnswer, Role
from scanner_app.application.roles import ANYBODY, allowed, role_for
from scanner_app.ui import texts
from scanner_app.ui.screens.camera_form import NewPin
from scanner_app.ui.screens.sections.page import Office, Page
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.drop import Drop
from scanner_app.ui.widgets.text import Label


class PinsPage(Page):
    """Who needs which PIN."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        theme = self.desk.theme
        self.states: dict[Role, Label] = {}
        for role in reversed(Role):
            self.lay.addLayout(self._role(role))
        self.lay.addSpacing(theme.space("m"))
        self.lay.addWidget(Label(texts.word("pin.actions"), "strong"))
        self.lay.addWidget(Label(texts.word("pin.actions_help"), "soft", wrap=True))
        self.drops: dict[Action, Drop] = {}
        for action in Action:
            self.lay.addLayout(self._action(action))
        self.lay.addStretch(1)

    def _role(self, role: Role) -> QHBoxLayout:
        words = texts.word("pin.title", role=texts.word(f"role.{role.value}"))
        self.states[role] = Label("", "soft", wrap=True)
        self.states[role].setMinimumWidth(self.desk.theme.text_px(120))
        row = QHBoxLayout()
        row.setSpacing(self.desk.theme.space("m"))
        row.addWidget(button(words, partial(self.choose, role), "choice", name=words), 1)
        row.addWidget(self.states[role])
        control = self.desk.control
        self.desk.bridge.call(control.check_pin, role, "", done=partial(self._state, role), owner=self)
        return row

    def _state(self, role: Role, answer: PinAnswer) -> None:
        state = "none" if answer.unset else "chosen" if answer.own else "higher"
        self.states[role].setText(texts.word(f"pin.{state}"))
        self.states[role].set_tone({"none": "warn", "chosen": "good", "higher": "soft"}[state])

    def _action(self, action: Action) -> QHBoxLayout:
        words = texts.word(f"action.{action.value}")
        row = QHBoxLayout()
        row.setSpacing(self.desk.theme.space("m"))
        row.addWidget(Label(words, "body", wrap=True), 1)
        drop = self.drops[action] = Drop(self.desk.theme)
        drop.setAccessibleName(words)
        drop.setObjectName(f"action-{action.value}")
        for role in allowed(action):
            drop.addItem(texts.word(f"role.{role or 'anybody'}"), role)
        drop.setCurrentIndex(drop.findData(role_for(action, self.settings.pins)))
        drop.currentIndexChanged.connect(lambda _: self._keep(action, str(drop.currentData() or ANYBODY)))
        drop.setFixedWidth(self.desk.theme.px(330 if self.desk.theme.large else 300))
        row.addWidget(drop)
        return row

    def _keep(self, action: Action, role: str) -> None:
        self.keep(pins={**self.settings.pins, action.value: role})

    def choose(self, role: Role) -> None:
        """Ask for a new PIN, twice."""
        self.desk.open_panel(NewPin(self.desk, role, self._kept, self.desk.close_panel).pad)

    def _kept(self) -> None:
        self.desk.close_panel()
        self.desk.toast(texts.word("pin.saved"))
        self.again("pin")
