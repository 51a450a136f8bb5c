"""A pass's whole story: what it is, where it was used, what the platform knows, what can be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from scanner_app.application.control import OfficeTask, Story
from scanner_app.application.ports import Can, Capabilities
from scanner_app.domain.passes import PassKey, Use
from scanner_app.domain.person import tails
from scanner_app.domain.place import where
from scanner_app.domain.scan import FactKind
from scanner_app.ui import moments, records, texts
from scanner_app.ui.desk import Desk, column
from scanner_app.ui.facts import Fact, label
from scanner_app.ui.offers import Offer, offer, why_not
from scanner_app.ui.screens.door_panels import Panel, fact_row
from scanner_app.ui.whose import whose
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.face import face
from scanner_app.ui.widgets.qr import QrView
from scanner_app.ui.widgets.rows import Line, Row
from scanner_app.ui.widgets.scroll import focused_in, scrolled
from scanner_app.ui.widgets.symbol import Symbol, SymbolView
from scanner_app.ui.widgets.text import Label

OFFICE = (
    (OfficeTask.EMAIL, Can.EMAIL),
    (OfficeTask.ENABLE_DOWNLOAD, Can.ENABLE_DOWNLOAD),
    (OfficeTask.PUSH, Can.NOTIFY),
    (OfficeTask.VOID, Can.VOID),
)
"""What can be done to a pass at the help desk, and what the platform must be able to do for it."""


class StoryView(QWidget):
    """One pass."""

    def __init__(
        self,
        desk: Desk,
        story: Story,
        undo: Callable[[str], None],
        present: Callable[[PassKey], None],
        office: Callable[[OfficeTask], None],
        *,
        at: str = "",
    ) -> None:
        """Show it; `at`: the name of what the keyboard was at while the same pass was shown before."""
        super().__init__()
        self._at = at
        self.desk, self.story = desk, story
        self._undo, self._present, self._ask_office = undo, present, office
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        lay = column(desk.theme, self, margin="l", gap="m")
        lay.addLayout(self._head())
        inner = QWidget()
        body = column(desk.theme, inner, margin="", gap="s")
        for fact in self._facts():
            body.addLayout(fact_row(desk, fact))
        self._kin(body)
        self._history(body)
        self._doing, self._office = QGridLayout(), QGridLayout()
        for row in (self._doing, self._office):
            row.setSpacing(desk.theme.space("s"))
        self._why = Label("", "caption", wrap=True)
        self._can: Capabilities | None = None
        self._shown: list[tuple[OfficeTask, Offer]] = []
        lay.addWidget(scrolled(inner), 1)
        lay.addLayout(self._doing)
        rest = body if desk.theme.large else lay  # large text leaves room for what is done most
        rest.addLayout(self._office)
        rest.addWidget(self._why)
        body.addStretch(1)
        self._show_doing(Capabilities(frozenset()))
        self._why.hide()  # nothing is known yet
        desk.bridge.call(desk.control.capabilities, story.subject.account, done=self._know_what_can_be, owner=self)

    def _head(self) -> QHBoxLayout:
        theme, subject, verdict = self.desk.theme, self.story.subject, self.story.preview
        code = texts.verdict_code(verdict)
        look = face(verdict)
        tone = {"admit": "good", "pending": "good", "attention": "warn", "refuse": "danger"}.get(look.ground, "ink")
        symbol = SymbolView(theme.px(84))
        symbol.show_symbol(look.symbol, theme.colour(tone), theme.colour("surface"))
        words = column(theme, margin="", gap="xs")
        words.addWidget(Label(subject.holder or texts.word("door.nobody"), "heading", foreign=True, elide=True))
        ticket = " · ".join(filter(None, (subject.template_name, whose(subject, self.desk.settings.accounts))))
        words.addWidget(Label(ticket, "strong", foreign=True, elide=True))
        said = texts.word("helpdesk.now", title=texts.headline(code), says=texts.sentence(code))
        words.addWidget(Label(said, "body", tone=tone if tone != "ink" else "", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(theme.space("m"))
        row.addWidget(symbol, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        return row

    def _zone(self) -> str:
        place = self.desk.settings.current_place
        return place.zone if place else ""

    def _facts(self) -> list[Fact]:
        subject, now, zone = self.story.subject, moments.now(), self._zone()
        known = [
            ("fact.code", subject.barcode),
            ("fact.valid_from", moments.when(subject.valid_from, now, zone) if subject.valid_from else ""),
            ("fact.expires", moments.when(subject.expires, now, zone) if subject.expires else ""),
            ("fact.places", ", ".join(subject.eligible_places)),
            ("fact.balance", str(subject.stored_value) if subject.stored_value is not None else ""),
            ("fact.notes", subject.notes),
        ]
        own = [Fact(label(name), value) for name, value in subject.fields.items()]
        return [Fact(texts.word(key), value) for key, value in known if value] + own[:6]

    def _history(self, body: QVBoxLayout) -> None:
        theme = self.desk.theme
        body.addSpacing(theme.space("s"))
        body.addWidget(Label(texts.word("helpdesk.uses"), "strong"))
        if not self.story.uses:
            body.addWidget(Label(texts.word("helpdesk.unused"), "soft"))
        for use in sorted(self.story.uses, key=lambda u: u.at, reverse=True):
            body.addWidget(self._use_row(use))
        undone = [f for f in self.story.facts if f.kind in (FactKind.UNDO, FactKind.CONFLICT, FactKind.SETTLED)]
        for fact in undone:
            at = moments.when(fact.at, moments.now(), self._zone())
            said = texts.word(f"kind.{fact.kind.value}")
            why = records.why(fact)
            body.addWidget(Row(theme, Line(said, why, at, Symbol.ATTENTION), lambda: None))
        if self.story.outbox:
            body.addWidget(Label(texts.word("helpdesk.sent"), "strong"))
        for sent in self.story.outbox:
            body.addLayout(fact_row(self.desk, self._told(sent)))

    def _kin(self, body: QVBoxLayout) -> None:
        """The person's other passes, and when each was used last."""
        if self.story.kin:
            body.addSpacing(self.desk.theme.space("s"))
            body.addWidget(Label(texts.word("helpdesk.person"), "strong"))
        for one in self.story.kin:
            last = max((use.at for use in one.uses), default=None)
            unused = texts.headline("NULLIFIED") if one.subject.nullified else texts.word("helpdesk.unused")
            at = moments.when(last, moments.now(), self._zone()) if last else unused
            name = " · ".join(filter(None, (one.subject.template_name, tails([self.story.subject, one.subject])[1])))
            symbol = Symbol.ADMIT if last else Symbol.PENDING
            body.addWidget(Row(self.desk.theme, Line(name, one.subject.holder, at, symbol), lambda: None))

    def _told(self, sent: Mapping[str, object]) -> Fact:
        """What the platform was or will be told, how that went, and what it answered when it went badly."""
        state, answer = str(sent.get("state", "")), str(sent.get("answer") or "")
        at = moments.parse(sent.get("sent_at"))
        words = [texts.word(f"state.{state}")]
        if at is not None:
            words.append(moments.when(at, moments.now(), self._zone()))
        if state in ("refused", "contested") and answer:
            words.append(texts.told(answer))
        return Fact(texts.word(f"report.{sent.get('kind', '')}"), " · ".join(words))

    def _use_row(self, use: Use) -> Row:
        at = moments.when(use.at, moments.now(), self._zone())
        who = use.device or texts.word(f"fact.source.{use.source.value}")
        below = " · ".join((texts.word(f"direction.{use.direction.value}"), who))
        place = where(use, self.story.subject.account, self.desk.settings.places)
        return Row(self.desk.theme, Line(place, below, at, Symbol.ADMIT), lambda: None)

    # --- what can be done
    def offer_again(self) -> None:
        """Offer what can be asked for now: the network came or went."""
        if self._can is not None and self._offers(self._can) != self._shown:
            self._show_doing(self._can)

    @property
    def waits(self) -> bool:
        """Whether the platform has still to be told something of this pass."""
        return any(sent.get("state") == "pending" for sent in self.story.outbox)

    def _know_what_can_be(self, found: Capabilities) -> None:
        self._can = found
        self._show_doing(found)

    def _offers(self, capabilities: Capabilities) -> list[tuple[OfficeTask, Offer]]:
        subject, status = self.story.subject, self.desk.status
        voided = {OfficeTask.VOID: (OfficeTask.RESTORE, Can.RESTORE)} if subject.voided else {}
        asked = [voided.get(task, (task, can)) for task, can in OFFICE]
        return [(task, offer(can, capabilities, status, subject.account)) for task, can in asked]

    def _show_doing(self, capabilities: Capabilities) -> None:
        self._at = focused_in(self) or self._at
        for row in (self._doing, self._office):
            while (item := row.takeAt(0)) is not None:
                if (widget := item.widget()) is not None:
                    widget.setObjectName("")
                    widget.hide()
                    widget.deleteLater()
        subject = self.story.subject
        present = button(
            texts.word("helpdesk.present"), lambda: self._present(subject.key), "primary", name="desk-present"
        )
        present.setEnabled(self.story.preview.admits)
        undo = button(texts.word("door.undo"), self._undo_last, name="desk-undo")
        undo.setEnabled(bool(self._undoable()))
        show = button(texts.word("helpdesk.qr"), self._show_code, name="desk-qr")
        show.setEnabled(bool(subject.barcode))
        across = 2 if self.desk.theme.large else 3
        for n, made in enumerate((present, undo, show)):
            self._doing.addWidget(made, n // across, n % across)
        across = 2 if self.desk.theme.large else 4
        self._shown = self._offers(capabilities)
        told: list[tuple[str, Offer]] = []
        for n, (task, asked) in enumerate(self._shown):
            one = button(
                texts.word(f"helpdesk.{task.value}"), partial(self._ask_office, task), name=f"office-{task.value}"
            )
            told.append((one.text(), asked))
            one.setEnabled(not asked.why)
            one.setStyleSheet(f"padding: 0; font-size: {self.desk.theme.type_px('body') - 1}px;")
            self._office.addWidget(one, n // across, n % across)
        said = why_not(told)
        self._why.setText(said)
        self._why.setVisible(bool(said))
        self._give_focus_back()

    def _give_focus_back(self) -> None:
        """Go on where the keyboard was; where that is done with, at what can be done now."""
        same = self.findChild(QWidget, self._at) if self._at else None
        if not self._at or ((same is None or not same.isEnabled()) and self._can is None):
            return
        if same is None or not same.isEnabled():
            same = next((b for b in self.findChildren(QPushButton) if b.isEnabled() and not b.isHidden()), None)
        if isinstance(same, QWidget):
            same.setFocus()
            self._at = ""

    def _undoable(self) -> str:
        undone = {str(f.body.get("scan_id")) for f in self.story.facts if f.kind is FactKind.UNDO}
        passed = [r for r in map(records.read, self.story.facts) if r.passed and r.row.kind is not FactKind.CONFLICT]
        left = [r.row.fact_id for r in passed if r.row.fact_id not in undone]
        return left[-1] if left else ""

    def _undo_last(self) -> None:
        if scan_id := self._undoable():
            self._undo(scan_id)

    def _show_code(self) -> None:
        self.desk.open_panel(CodePanel(self.desk, self.story))


class CodePanel(Panel):
    """The pass's code, large enough to be scanned from the screen by the guest's own telephone or another door."""

    def __init__(self, desk: Desk, story: Story) -> None:
        super().__init__(desk, texts.word("helpdesk.qr"), wide=560)
        view = QrView(story.subject.barcode, desk.theme.px(440))
        self.lay.addWidget(view, 0, Qt.AlignmentFlag.AlignHCenter)
        name = Label(story.subject.holder, "title", foreign=True)
        name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.lay.addWidget(name)
