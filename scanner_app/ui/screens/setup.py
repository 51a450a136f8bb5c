"""First run in five calm steps: account, templates, place, camera, PIN; then READY."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from scanner_app.application.config import AccountConfig, Settings
from scanner_app.application.control import AccountReport, Role
from scanner_app.application.events import DeviceChanged, DeviceState, Event, FrameSeen, SheetSeen
from scanner_app.application.ids import device_name
from scanner_app.application.sheets import Applied
from scanner_app.domain.place import Place
from scanner_app.ui import texts
from scanner_app.ui.desk import Desk, Screen, column
from scanner_app.ui.screens.camera_form import CameraForm, NewPin
from scanner_app.ui.screens.forms import AccountForm, Entered, TemplateChoice, key_words
from scanner_app.ui.screens.place_form import PlaceForm
from scanner_app.ui.screens.setup_done import SetupDone
from scanner_app.ui.screens.sheet_form import SheetForm
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.drop import Drop
from scanner_app.ui.widgets.scroll import scrolled
from scanner_app.ui.widgets.steps import Steps
from scanner_app.ui.widgets.text import Label

STEPS = ("account", "templates", "place", "camera", "pin")


@dataclass(frozen=True, slots=True)
class Begun:
    """The first page as it was left: what an earlier visit to it had taken, and what stands there."""

    account: AccountConfig | None
    report: AccountReport
    entered: Entered


class SetupScreen(Screen):
    """Walks through the steps; keeps nothing before the last but one is left."""

    name = "setup"

    def __init__(self, desk: Desk, finished: Callable[[Settings], None]) -> None:
        super().__init__(desk)
        theme = desk.theme
        self._finished = finished
        self._step = 0
        self._settings = desk.settings
        self._account: AccountConfig | None = None
        self._report = AccountReport()
        self._place: Place | None = None
        self._chosen: frozenset[str] = frozenset()
        self._key_note = ("", "")
        self._from_sheet = False
        self._camera_state = DeviceState.OPENING
        self._states: dict[str, DeviceState] = {}
        self.steps = Steps(theme, len(STEPS))
        self.title = Label("", "heading")
        self.help = Label("", "soft", wrap=True)
        self.body = QStackedWidget()
        self.form: QWidget | None = None
        self.over = False  # all is done and kept: from now on a code is a guest's
        self.back = button(texts.word("do.back"), self.go_back, "quiet", name="setup-back")
        self.scan = button(texts.word("sheet.set_up"), self.show_sheet, name="setup-scan")
        self.language = self._languages()
        self.skip = button(texts.word("setup.skip"), self.finish, "quiet", name="setup-skip")
        self.next = button(texts.word("do.next"), self.go_on, "primary", name="setup-next")
        self._lay_out()
        self.show_step(0)

    def _languages(self) -> Drop:
        """Who sets up a kiosk need not speak the language that it happens to begin with."""
        made = Drop(self.desk.theme)
        made.setObjectName("setup-language")
        for code in texts.languages():
            made.addItem(texts.catalogue(code).name, code)
        made.setCurrentIndex(made.findData(texts.language()))
        made.setAccessibleName(texts.word("settings.language"))
        made.activated.connect(lambda _: self.desk.speak(made.currentData()))
        return made

    def _lay_out(self) -> None:
        theme = self.desk.theme
        card = QWidget()
        card.setObjectName("card")
        card.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        lay = column(theme, card, margin="xl", gap="m")
        lay.setContentsMargins(theme.space("xl"), theme.space("l"), theme.space("xl"), theme.space("l"))
        lay.addWidget(self.steps)
        lay.addWidget(self.title)
        lay.addWidget(self.help)
        lay.addWidget(self.body, 1)
        foot = QHBoxLayout()
        foot.setSpacing(theme.space("s"))
        foot.addWidget(self.back)
        foot.addWidget(self.scan)
        foot.addWidget(self.language)
        foot.addStretch(1)
        foot.addWidget(self.skip)
        foot.addWidget(self.next)
        lay.addLayout(foot)
        outer = QHBoxLayout(self)
        edge = theme.space("xl")
        outer.setContentsMargins(edge, theme.space("l"), edge, theme.space("l"))
        card.setMaximumWidth(theme.px(1120))
        outer.addStretch(1)
        outer.addWidget(card, 100)
        outer.addStretch(1)

    # --- walking
    def show_step(self, step: int) -> None:
        """Show one of the five."""
        self._leave_form()
        self._step = step
        name = STEPS[step]
        self.steps.show_step(step)
        self.title.setText(texts.word(f"setup.{name}"))
        self.help.setText(texts.word(f"setup.{name}_help"))
        self.back.setVisible(step > 0 and not (self._from_sheet and name == "camera"))
        self.scan.setVisible(step == 0)
        self.language.setVisible(step == 0)
        self.next.setVisible(name != "pin")
        self.skip.setVisible(name == "pin")
        self.form = {
            "account": self._account_form,
            "templates": self._template_form,
            "place": self._place_form,
            "camera": self._camera_form,
            "pin": self._pin_form,
        }[name]()
        self._show(self.form)
        if name == "pin":
            self.form.setFocus()  # its pad takes the keys; the button that was pressed is hidden now
        self.next.setEnabled(name != "account" or bool(self._report.templates) or self._account is not None)

    def show_sheet(self) -> None:
        """Set up by a code from another kiosk, in place of the steps before the camera."""
        self._leave_form()
        self.title.setText(texts.word("sheet.set_up"))
        self.help.setText(texts.word("sheet.set_up_help"))
        self.scan.hide()
        self.language.hide()
        self.next.hide()
        self.back.show()
        self.form = SheetForm(self.desk, self._camera_state, self._take_sheet)
        self._show(self.form)

    def _take_sheet(self, report: Applied) -> None:
        settings = report.settings or self._settings
        self._settings, self._from_sheet = settings, True
        if not report.keys:
            self._key_note = (texts.word("sheet.no_keys"), "warn")
        self.desk.bridge.call(self.desk.control.save_settings, settings, done=lambda _: self.show_step(3), owner=self)

    def shown(self) -> None:
        """A sheet held before the camera counts from the first step on."""
        self.desk.control.sheets.expecting = True

    def hidden(self) -> None:
        """From now on a sheet is a guest's code like any other."""
        self.desk.control.sheets.expecting = False

    def memory(self) -> object:
        """What the first page holds: another language may be chosen there."""
        return Begun(self._account, self._report, self.form.entered()) if isinstance(self.form, AccountForm) else None

    def recall(self, memory: object) -> None:
        """Go on with it in the language that was chosen."""
        if isinstance(memory, Begun):
            self._account, self._report = memory.account, memory.report
            self.show_step(0)
            if isinstance(self.form, AccountForm):
                self.form.enter(memory.entered)

    def _show(self, form: QWidget) -> None:
        long = (AccountForm, TemplateChoice, *((PlaceForm,) if self.desk.theme.large else ()))
        holder = scrolled(form, clear=self.desk.theme.space("m")) if isinstance(form, long) else form
        self.body.addWidget(holder)
        self.body.setCurrentWidget(holder)

    def _leave_form(self) -> None:
        if isinstance(self.form, CameraForm):
            self.form.stop()
        while (old := self.body.currentWidget()) is not None:
            self.body.removeWidget(old)
            old.deleteLater()

    def go_back(self) -> None:
        """One step back."""
        self.show_step(max(0, self._step - 1))

    def go_on(self) -> None:
        """Take what the step has and go to the next."""
        form = self.form
        if isinstance(form, AccountForm):
            self._take_account(form)
        elif isinstance(form, TemplateChoice):
            self._chosen = form.chosen()
            self.show_step(2)
        elif isinstance(form, PlaceForm):
            self._place = form.place()
            if self._place is not None:
                self.show_step(3)
        elif isinstance(form, CameraForm):
            self._keep(form)

    # --- steps
    def _account_form(self) -> QWidget:
        return AccountForm(self.desk, self._account, self._tested)

    def _tested(self, report: AccountReport) -> None:
        self._report = report
        self.next.setEnabled(True)
        self.next.setFocus()

    def _take_account(self, form: AccountForm) -> None:
        if form.report is None and self._account is None:
            form.try_it()
            return
        self._account = form.account()
        self._chosen = frozenset()
        if key := form.key.text():
            self.desk.bridge.call(self.desk.control.store_key, self._account, key, done=self._key_kept, owner=self)
        else:
            self.show_step(1)

    def _key_kept(self, store: str) -> None:
        self._key_note = key_words(store)
        self.show_step(1)

    def _template_form(self) -> QWidget:
        self.help.setText(f"{texts.word('setup.templates_help')}\n{self._key_note[0]}".strip())
        return TemplateChoice(self.desk, self._report.templates, self._chosen)

    def _place_form(self) -> QWidget:
        doors = [d for d in self._report.doors if not self._chosen or not d.template or d.template in self._chosen]
        return PlaceForm(self.desk, self._account, doors, self._chosen)

    def _camera_form(self) -> QWidget:
        sources = self._settings.devices.sources
        form = CameraForm(self.desk, sources[0] if sources else "camera:0")
        form.states = dict(self._states)
        form.look()
        return form

    def _pin_form(self) -> QWidget:
        holder = QWidget()
        lay = QVBoxLayout(holder)
        lay.setContentsMargins(0, 0, 0, 0)
        pad = NewPin(self.desk, Role.ADMINISTRATOR, self.finish, None).pad
        lay.addWidget(pad, 0, Qt.AlignmentFlag.AlignCenter)
        holder.setFocusProxy(pad)
        return holder

    # --- the end
    def _keep(self, form: CameraForm) -> None:
        if self._from_sheet:
            self._save(self._settings, form)
            return
        account, place = self._account, self._place
        if account is None or place is None:
            self.show_step(0)
            return
        accounts = (*(a for a in self._settings.accounts if a.id != account.id), account)
        places = (*(p for p in self._settings.places if p.name != place.name), place)
        device = self._settings.device or device_name()
        changed = replace(self._settings, device=device, place=place.name, accounts=accounts, places=places)
        self._save(changed, form)

    def _save(self, settings: Settings, form: CameraForm) -> None:
        devices = replace(settings.devices, sources=(form.source,), mirror=form.mirror.isChecked())
        self._settings = replace(settings, devices=devices)
        self.desk.bridge.call(
            self.desk.control.save_settings, self._settings, done=lambda _: self.show_step(4), owner=self
        )

    @property
    def at(self) -> int:
        """The step that is shown, the first being 0."""
        return self._step

    def finish(self) -> None:
        """Show that all is done."""
        self._leave_form()
        self.form, self.over = None, True
        done = SetupDone(self.desk, self._key_note, lambda: self._finished(self._settings))
        for widget in (self.title, self.help, self.back, self.scan, self.language, self.skip, self.next):
            widget.hide()
        self.steps.show_step(len(STEPS))
        self.body.addWidget(done)
        self.body.setCurrentWidget(done)
        done.begin.setFocus()

    def hear(self, event: Event) -> None:
        """Show the camera's picture in its step."""
        if isinstance(event, FrameSeen) and isinstance(self.form, (CameraForm, SheetForm)):
            self.form.show_frame(event)
        elif isinstance(event, DeviceChanged) and not event.reader:
            self._camera_state = self._states[event.source] = event.state
            if isinstance(self.form, (CameraForm, SheetForm)):
                self.form.hear_camera(event)
        elif isinstance(event, SheetSeen) and self._step == 0 and not self._from_sheet:
            if not isinstance(self.form, SheetForm):
                self.show_sheet()
            if isinstance(self.form, SheetForm):
                self.form.take(event.text)
