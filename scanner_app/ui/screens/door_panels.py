"""The door's panels: type a code, choose among several, say why, look at one scan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from scanner_app.application.control import Action
from scanner_app.application.events import Decided
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.passes import Pass
from scanner_app.domain.scan import Scan
from scanner_app.domain.verdict import Verdict
from scanner_app.ui import moments, texts
from scanner_app.ui.desk import Desk, column
from scanner_app.ui.facts import Fact, Telling, breaks, guest_facts, holder, nobody, refusal_facts, ticket
from scanner_app.ui.plain import visible
from scanner_app.ui.whose import whose
from scanner_app.ui.widgets.buttons import button, icon_button
from scanner_app.ui.widgets.face import face
from scanner_app.ui.widgets.scroll import scrolled
from scanner_app.ui.widgets.symbol import SymbolView
from scanner_app.ui.widgets.text import Label

WIDE = 640
"""Width of a panel at factor 1, pixels."""
ONE_LINE = 36
"""Letters of a value that stand on one line of it: more break where they may."""


class Panel(QWidget):
    """A card with a heading and a way out."""

    def __init__(self, desk: Desk, title: str, help_text: str = "", wide: int = WIDE) -> None:
        super().__init__()
        self.desk = desk
        theme = desk.theme
        self.setFixedWidth(theme.px(wide))
        self.setAccessibleName(title)
        self.lay = column(theme, self)
        head = QHBoxLayout()
        head.addWidget(Label(title, "title", wrap=True), 1)
        head.addWidget(icon_button(theme, "close", texts.word("do.close"), desk.close_panel))
        self.lay.addLayout(head)
        if help_text:
            self.lay.addWidget(Label(help_text, "soft", wrap=True))

    def facts(self, facts: Sequence[Fact]) -> None:
        """List facts; where there are more than the window has room for, they scroll."""
        inner = QWidget()
        lay = column(self.desk.theme, inner, margin="")
        for fact in facts:
            lay.addLayout(fact_row(self.desk, fact))
        self.lay.addWidget(scrolled(inner, hugs=True))

    def feet(self, *widgets: QWidget) -> None:
        """Lay the buttons at the foot, to the trailing side."""
        row = QHBoxLayout()
        row.setSpacing(self.desk.theme.space("s"))
        row.addStretch(1)
        for widget in widgets:
            row.addWidget(widget)
        self.lay.addLayout(row)


class ManualPanel(Panel):
    """A code typed by staff: matched against every identifier, and noted that no pass was shown."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, texts.word("manual.title"), texts.word("manual.help"))
        self.field = QLineEdit()
        self.field.setAccessibleName(texts.word("manual.field"))
        self.field.setPlaceholderText(texts.word("manual.field"))
        self.field.setMaxLength(4096)
        self.field.returnPressed.connect(self.go)
        self.lay.addWidget(self.field)
        self.result = Label("", "strong", wrap=True)
        self.result.hide()
        self.lay.addWidget(self.result)
        self.feet(
            button(texts.word("manual.look"), self.look, name="manual-look"),
            button(texts.word("manual.go"), self.go, "primary", name="manual-go"),
        )

    def go(self) -> None:
        """Present what was typed."""
        if text := self.field.text().strip():
            self.desk.close_panel()
            self.desk.go("door")
            self.desk.control.present(Credential(text, Symbology.TYPED), self.desk.operator(Action.TYPE))

    def look(self) -> None:
        """Show what the door would say."""
        if text := self.field.text().strip():
            credential = Credential(text, Symbology.TYPED)
            self.desk.bridge.call(self.desk.control.look, credential, done=self._looked, owner=self)

    def _looked(self, verdict: Verdict) -> None:
        code = texts.verdict_code(verdict)
        who = f"{visible(holder(verdict))} · " if holder(verdict) else ""
        self.result.setText(f"{texts.headline(code)} · {who}{texts.sentence(code)}")
        self.result.set_tone("good" if verdict.admits else "danger")
        self.result.show()


class ChoicePanel(Panel):
    """Several passes have one code: a supervisor picks the one whose holder stands here."""

    def __init__(self, desk: Desk, found: Sequence[Pass]) -> None:
        super().__init__(
            desk, texts.word("door.choose"), texts.word("door.choose_help"), wide=1100 if desk.theme.large else 820
        )
        inner = QWidget()
        lay = column(desk.theme, inner, margin="", gap="s")
        for subject in found:
            name = whose(subject, desk.settings.accounts)
            words = " · ".join(visible(w) for w in (subject.holder, subject.template_name, name, subject.uid) if w)
            lay.addWidget(button(words, partial(self._chosen, subject), "choice", name=words, foreign=True))
        if not found:
            lay.addWidget(Label(texts.word("helpdesk.nothing"), "soft", wrap=True))
        lay.addStretch(1)
        area = scrolled(inner, clear=desk.theme.space("s"))
        area.setFixedHeight(desk.theme.px(360))
        self.lay.addWidget(area)

    def _chosen(self, subject: Pass) -> None:
        self.desk.close_panel()
        self.desk.control.choose(subject.key, self.desk.operator(Action.CHOOSE))


class ReasonPanel(Panel):
    """A supervisor says why: an override, or an undo after its time."""

    def __init__(self, desk: Desk, scan: Scan, given: Callable[[str], None], act: str = "door.override") -> None:
        super().__init__(desk, texts.word(act), texts.word("door.override_help"))
        self._given = given
        verdict = scan.verdict
        self.lay.addWidget(
            Label(texts.headline(texts.verdict_code(verdict)), "strong", tone="good" if verdict.admits else "danger")
        )
        self.lay.addWidget(Label(holder(verdict), "strong", foreign=True))
        self.field = QLineEdit()
        self.field.setMaxLength(200)
        self.field.setAccessibleName(texts.word("door.override_reason"))
        self.field.setPlaceholderText(texts.word("door.override_reason"))
        self.field.returnPressed.connect(self.go)
        self.lay.addWidget(self.field)
        self.feet(
            button(texts.word("do.cancel"), desk.close_panel, "quiet", name="reason-cancel"),
            button(texts.word(act), self.go, "primary", name="reason-go"),
        )

    def go(self) -> None:
        """Hand the reason over; without one nobody goes in."""
        if reason := self.field.text().strip():
            self._given(reason)


class NotePanel(Panel):
    """Asks for one line of words; without them nothing is done."""

    def __init__(
        self, desk: Desk, title: str, help_text: str, label: str, given: Callable[[str], None], go: str = ""
    ) -> None:
        """`go`: what the button says, the title where nothing else is named."""
        super().__init__(desk, texts.word(title), texts.word(help_text))
        self._given = given
        self.field = QLineEdit()
        self.field.setMaxLength(200)
        self.field.setAccessibleName(texts.word(label))
        self.field.setPlaceholderText(texts.word(label))
        self.field.returnPressed.connect(self.go)
        self.lay.addWidget(self.field)
        self.feet(
            button(texts.word("do.cancel"), desk.close_panel, "quiet", name="note-cancel"),
            button(texts.word(go or title), self.go, "primary", name="note-go"),
        )

    def go(self) -> None:
        """Hand the words over."""
        if words := self.field.text().strip():
            self._given(words)


class LeavePanel(Panel):
    """Asks whether the program is to end: no single key does that. Escape and Space stay."""

    def __init__(self, desk: Desk, leave: Callable[[], None]) -> None:
        super().__init__(desk, texts.word("leave.title"), texts.word("leave.help"))
        self.stay = button(texts.word("leave.stay"), desk.close_panel, "primary", name="leave-stay")
        self.feet(button(texts.word("settings.quit"), leave, "danger", name="leave-go"), self.stay)
        self.setFocusProxy(self.stay)


class ForGoodPanel(Panel):
    """Asks before something that nobody can take back. Escape and Space leave it be."""

    def __init__(self, desk: Desk, code: str, doing: str, act: Callable[[], None]) -> None:
        super().__init__(desk, texts.headline(code), texts.sentence(code))
        stay = button(texts.word("do.cancel"), desk.close_panel, "primary", name="for-good-stay")
        self.feet(button(doing, act, "danger", name="for-good-go"), stay)
        self.setFocusProxy(stay)


class ScanPanel(Panel):
    """One scan with everything it tells, and undo while that is allowed."""

    def __init__(self, desk: Desk, event: Decided, telling: Telling, undo: Callable[[Scan], None] | None) -> None:
        scan, verdict, theme = event.scan, event.scan.verdict, desk.theme
        code = texts.verdict_code(verdict)
        super().__init__(desk, texts.headline(code), texts.sentence(code))
        chosen = face(verdict)
        symbol = SymbolView(theme.px(72))
        tone = {"admit": "good", "pending": "good", "attention": "warn", "refuse": "danger"}.get(chosen.ground, "ink")
        symbol.show_symbol(chosen.symbol, theme.colour(tone), theme.colour("surface"))
        row = QHBoxLayout()
        row.setSpacing(theme.space("m"))
        row.addWidget(symbol)
        who = column(theme, margin="", gap="xs")
        who.addWidget(Label(holder(verdict) or nobody(verdict.detail), "title", foreign=True))
        who.addWidget(Label(ticket(verdict), "strong", foreign=True))
        row.addLayout(who, 1)
        self.lay.addLayout(row)
        at = moments.when(scan.moment.wall, telling.now, telling.zone)
        facts = [Fact(texts.word("fact.scanned"), at), *refusal_facts(verdict, telling), *guest_facts(verdict, telling)]
        facts.append(Fact(texts.word("fact.code"), scan.credential.text))
        self.facts(facts)
        if undo is not None:
            self.feet(button(texts.word("door.undo"), lambda: self._undo(undo, scan), "primary", name="scan-undo"))

    def _undo(self, undo: Callable[[Scan], None], scan: Scan) -> None:
        self.desk.close_panel()
        undo(scan)


def fact_row(desk: Desk, fact: Fact) -> QHBoxLayout:
    """Return one labelled fact as a row."""
    row = QHBoxLayout()
    row.setSpacing(desk.theme.space("m"))
    label = Label(fact.label, "soft", wrap=True)
    label.setFixedWidth(desk.theme.text_px(170))
    row.addWidget(label)
    wraps = (desk.theme.large or len(fact.value) > ONE_LINE) and breaks(fact.value)
    row.addWidget(Label(fact.value, "strong", foreign=True, wrap=wraps, elide=not wraps), 1)
    return row
