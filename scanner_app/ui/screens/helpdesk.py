"""The help desk: find a guest, see a pass's whole story, set right what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from scanner_app.application.config import AccountConfig
from scanner_app.application.control import Action, CorrectionReport, OfficeTask, Story
from scanner_app.application.events import Decided, Event, Level, StatusChanged
from scanner_app.application.ports import Can, Capabilities
from scanner_app.domain.passes import Pass, PassKey
from scanner_app.ui import texts
from scanner_app.ui.desk import Desk, Screen, column
from scanner_app.ui.offers import offer, why_not
from scanner_app.ui.screens.door_panels import ForGoodPanel, NotePanel
from scanner_app.ui.screens.link_panel import LinkPanel
from scanner_app.ui.screens.story import StoryView
from scanner_app.ui.screens.walk_up import WalkUpPanel
from scanner_app.ui.whose import whose
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.rows import Line, Row
from scanner_app.ui.widgets.scroll import focused_in, scrolled
from scanner_app.ui.widgets.text import Label

SHOWN = 40
"""Hits that are shown: whoever has more types another letter."""
PAUSE = 120
"""Milliseconds after the last key before a search begins."""


class HelpDeskScreen(Screen):
    """Search at the leading side, the chosen pass at the trailing one."""

    name = "helpdesk"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        theme = desk.theme
        self.field = QLineEdit()
        self.field.setPlaceholderText(texts.word("helpdesk.find" if theme.large else "helpdesk.search"))
        self.field.setAccessibleName(texts.word("helpdesk.search"))
        self.field.setClearButtonEnabled(False)
        self.field.returnPressed.connect(self.search)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self.search)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(lambda _: self._pause.start())
        self._note = Label(texts.word("helpdesk.help"), "soft", wrap=True)
        self._hits = column(theme, margin="", gap="xs")
        self.rows: list[Row] = []
        self._found: list[PassKey] = []
        self._key: PassKey | None = None
        self.story: StoryView | None = None
        self._behind = False
        self._right: QVBoxLayout = column(theme, margin="", gap="m")
        self._can: dict[str, Capabilities] = {}
        self.new = button(texts.word("helpdesk.new"), self._new_pass, name="desk-new")
        self.link = button(texts.word("helpdesk.link"), self._new_link, name="desk-link")
        self._why = Label("", "caption", wrap=True)
        self._lay_out()
        self._show_story(None)

    def _lay_out(self) -> None:
        theme = self.desk.theme
        found = QWidget()
        found.setLayout(self._hits)
        self._hits.addStretch(1)
        left = column(theme, margin="", gap="m")
        left.addWidget(self.field)
        left.addWidget(self._note)
        left.addWidget(scrolled(found, clear=theme.space("s")), 1)
        left.addWidget(self._why)
        ways = QVBoxLayout() if theme.large else QHBoxLayout()
        ways.setSpacing(theme.space("s"))
        ways.addWidget(self.new)
        ways.addWidget(self.link)
        left.addLayout(ways)
        side = QWidget()
        side.setFixedWidth(theme.px(400))
        side.setLayout(left)
        row = QHBoxLayout(self)
        edge = theme.space("l")
        row.setContentsMargins(edge, theme.space("s"), edge, edge)
        row.setSpacing(edge)
        row.addWidget(side)
        row.addLayout(self._right, 1)

    def shown(self) -> None:
        """Be ready to type; a story that lies open is told as it is now."""
        self.field.setFocus()
        self.field.selectAll()
        self._again(self.story)
        control, accounts = self.desk.control, self.desk.settings.accounts
        self.desk.bridge.call(
            lambda: {a.id: control.capabilities(a.id) for a in accounts}, done=self._know_what_can_be, owner=self
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down leads from what is looked for to what was found."""
        down = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Down
        if watched is self.field and down and self.rows:
            self.rows[0].setFocus(Qt.FocusReason.TabFocusReason)
            return True
        return super().eventFilter(watched, event)

    def hear(self, event: Event) -> None:
        """What can be asked for depends on the network; a guest whose story lies open may be scanned at any time."""
        if isinstance(event, StatusChanged):
            self._offer()
            if self.story is not None:
                self.story.offer_again()
                self._again(self._behind or self.story.waits)
        elif isinstance(event, Decided) and (seen := event.scan.verdict.subject) is not None:
            self._again(seen.key == self._key)

    def _again(self, when: object) -> None:
        """Tell the story anew; under a panel once that has gone, for the keyboard goes back to what is there."""
        if when and self._key is not None and self.isVisible():
            self._behind = self.desk.panel is not None
            if not self._behind:
                self.open(self._key)

    # --- new passes
    def _know_what_can_be(self, found: dict[str, Capabilities]) -> None:
        self._can = found
        self._offer()

    def _offer(self) -> None:
        told = []
        for made, what in ((self.new, Can.CREATE), (self.link, Can.LINKS)):
            offers = [offer(what, can, self.desk.status, account) for account, can in self._can.items()]
            free = any(not one.why for one in offers)
            made.setEnabled(free)
            told += [(made.text(), one) for one in offers[:1] if not free]
        said = why_not(told)
        self._why.setText(said)
        self._why.setVisible(bool(said))

    def _accounts_that(self, what: Can) -> list[AccountConfig]:
        can, status = self._can, self.desk.status
        return [a for a in self.desk.settings.accounts if a.id in can and not offer(what, can[a.id], status, a.id).why]

    def _new_pass(self) -> None:
        choices = [(a.id, t) for a in self._accounts_that(Can.CREATE) for t in a.templates]
        if choices:
            self.desk.allow(Action.OFFICE, lambda: self.desk.open_panel(WalkUpPanel(self.desk, choices, self.open)))

    def _new_link(self) -> None:
        accounts = self._accounts_that(Can.LINKS)
        self.desk.allow(Action.OFFICE, lambda: self.desk.open_panel(LinkPanel(self.desk, accounts, self._keep_project)))

    def _keep_project(self, account: AccountConfig, url: str, makes: str) -> None:
        kept = replace(account, options={**account.options, "link_url": url, "link_makes": makes})
        settings = self.desk.settings
        accounts = tuple(kept if a.id == account.id else a for a in settings.accounts)
        self.desk.settings = replace(settings, accounts=accounts)
        self.desk.bridge.call(
            self.desk.control.save_settings,
            self.desk.settings,
            done=lambda _: self.desk.toast(texts.word("settings.saved")),
            owner=self,
        )

    # --- searching
    def search(self) -> None:
        """Look for what is typed."""
        self._pause.stop()
        text = self.field.text().strip()
        if not text:
            self._show_hits("", ())
            return
        self.desk.bridge.call(
            self.desk.control.search, text, SHOWN, done=lambda found: self._show_hits(text, found), owner=self
        )

    def _show_hits(self, text: str, found: Sequence[Pass]) -> None:
        if text != self.field.text().strip():
            return  # an answer that came after more was typed
        for row in self.rows:
            self._hits.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows, self._found = [self._row(subject) for subject in found], [subject.key for subject in found]
        for n, row in enumerate(self.rows):
            self._hits.insertWidget(n, row)
            self.setTabOrder(self.rows[n - 1] if n else self.field, row)  # made last, they would come last
        note = texts.word("helpdesk.help") if not text else "" if found else texts.word("helpdesk.nothing")
        if self._key is not None and text and self._key not in {subject.key for subject in found}:
            self._key = None  # whoever is looked for now is somebody else: nobody acts on the guest before
            self._show_story(None)
        self._note.setText(note)
        self._note.setVisible(bool(note))

    def _row(self, subject: Pass) -> Row:
        name = whose(subject, self.desk.settings.accounts)
        below = " · ".join(t for t in (name, subject.template_name, subject.barcode or subject.uid) if t)
        row = Row(
            self.desk.theme, Line(subject.holder or texts.word("door.nobody"), below), lambda: self.open(subject.key)
        )
        row.setCheckable(True)
        row.setAutoExclusive(True)
        return row

    # --- one pass
    def open(self, key: PassKey) -> None:
        """Show a pass's story."""
        self._key = key
        for row, found in zip(self.rows, self._found, strict=True):
            row.setAutoExclusive(False)  # none is marked where the list has no row of the pass
            row.setChecked(found == key)
            row.setAutoExclusive(True)
        self.desk.bridge.call(self.desk.control.story, key, done=partial(self._told, key), owner=self)

    def _told(self, key: PassKey, story: Story | None) -> None:
        if key == self._key:  # else somebody else is looked for meanwhile
            self._show_story(story)

    def _show_story(self, story: Story | None) -> None:
        at = focused_in(self.story) if self.story is not None else ""
        while (item := self._right.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.story = None
        if story is None:
            empty = Label(texts.word("helpdesk.empty"), "title", wrap=True)
            empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self._right.addWidget(empty, 1)
            return
        self.story = StoryView(self.desk, story, self._undo, self._present, self._office, at=at)
        self._right.addWidget(self.story, 1)

    def _present(self, key: PassKey) -> None:
        self.desk.allow(Action.PRESENT, lambda: self._present_now(key))

    def _present_now(self, key: PassKey) -> None:
        self.desk.go("door")
        self.desk.control.choose(key, self.desk.operator(Action.PRESENT), Action.PRESENT)

    def _office(self, task: OfficeTask) -> None:
        self.desk.allow(Action.OFFICE, lambda: self._ask_words(task))

    def _ask_words(self, task: OfficeTask) -> None:
        """E-mail and messages need words first, what is final a second word; the rest is done at once."""
        can = self._can.get(self._key.account) if self._key else None
        if task is OfficeTask.VOID and can is not None and Can.RESTORE in can.missing:
            doing = texts.word("helpdesk.void")
            self.desk.open_panel(
                ForGoodPanel(self.desk, "settings_void_needs_yes", doing, lambda: self._office_now(task))
            )
            return
        if task not in (OfficeTask.EMAIL, OfficeTask.PUSH):
            self._office_now(task)
            return
        words = (f"helpdesk.{task.value}", f"helpdesk.{task.value}_help", f"helpdesk.{task.value}_field")
        panel = NotePanel(self.desk, *words, lambda value: self._office_now(task, value), "do.send")
        if task is OfficeTask.EMAIL and self.story is not None:
            fields = self.story.story.subject.fields
            panel.field.setText(next((v for k, v in fields.items() if "mail" in k.casefold()), ""))
        self.desk.open_panel(panel)

    def _office_now(self, task: OfficeTask, value: str = "") -> None:
        self.desk.close_panel()
        if self._key is not None:
            work = self.desk.control.office
            self.desk.bridge.call(
                work,
                self._key,
                task,
                self.desk.operator(Action.OFFICE),
                value,
                done=partial(self._done, "helpdesk.done"),
                owner=self,
            )

    def _undo(self, scan_id: str) -> None:
        self.desk.allow(Action.UNDO_LATE, lambda: self._ask(scan_id))

    def _ask(self, scan_id: str) -> None:
        panel = NotePanel(
            self.desk, "door.undo", "door.override_help", "door.override_reason", lambda t: self._undo_now(scan_id, t)
        )
        self.desk.open_panel(panel)

    def _undo_now(self, scan_id: str, reason: str) -> None:
        self.desk.close_panel()
        self.desk.bridge.call(
            self.desk.control.undo,
            scan_id,
            self.desk.operator(Action.UNDO_LATE),
            reason,
            done=partial(self._done, "door.undone"),
            owner=self,
        )

    def _done(self, word: str, report: CorrectionReport) -> None:
        if report.trouble:
            self.desk.toast(f"{texts.sentence(report.trouble)} {texts.advice(report.trouble)}", Level.WARNING)
            return
        self.desk.toast(texts.word(word))
        if self._key is not None:
            self.open(self._key)
