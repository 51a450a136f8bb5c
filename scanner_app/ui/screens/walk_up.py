"""A pass for a guest who has none: the template's own fields, then the new pass as a code on the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from scanner_app.application.control import Action
from scanner_app.application.front_desk import IssueReport, PassForm
from scanner_app.application.ports import Issued, Template
from scanner_app.domain.passes import PassKey
from scanner_app.ui import texts
from scanner_app.ui.desk import Desk, column
from scanner_app.ui.plain import visible
from scanner_app.ui.screens.door_panels import Panel
from scanner_app.ui.screens.form_grid import FormGrid
from scanner_app.ui.screens.qr_panel import code_beside_words
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.drop import Drop
from scanner_app.ui.widgets.scroll import scrolled
from scanner_app.ui.widgets.text import Label

Choice = tuple[str, Template]
"""An account and one of its templates."""


class WalkUpPanel(Panel):
    """Chooses a template, asks for its fields, makes the pass."""

    def __init__(self, desk: Desk, choices: Sequence[Choice], made: Callable[[PassKey], None]) -> None:
        super().__init__(desk, texts.word("helpdesk.new"), texts.word("helpdesk.new_help"), wide=960)
        self._choices, self._made = choices, made
        self.form: FormGrid | None = None
        self.template = Drop(desk.theme)
        self.template.setAccessibleName(texts.word("helpdesk.template"))
        for _, template in choices:
            self.template.addItem(visible(template.name or template.id))
        self.template.currentIndexChanged.connect(lambda _: self._ask())
        self.template.setVisible(len(choices) > 1)
        self.lay.addWidget(self.template)
        self._body = column(desk.theme, margin="")
        self.lay.addLayout(self._body, 1)
        self.message = Label("", "body", wrap=True)
        self.lay.addWidget(self.message)
        self.make = button(texts.word("helpdesk.make"), self.go, "primary", name="walkup-make")
        self.cancel = button(texts.word("do.cancel"), desk.close_panel, "quiet", name="walkup-cancel")
        self.feet(self.cancel, self.make)
        self.setProperty("tall", True)
        self.setFixedHeight(desk.theme.px(720))
        self._ask()

    # --- the form
    def _chosen(self) -> Choice:
        return self._choices[max(0, self.template.currentIndex())]

    def _ask(self) -> None:
        account, template = self._chosen()
        self._fill(QWidget())
        self.form = None
        self.make.setEnabled(False)
        self._say(texts.word("helpdesk.asking"), "")
        front = self.desk.control.front
        self.desk.bridge.call(front.form, account, template.id, done=self._show_form, owner=self)

    def _show_form(self, found: PassForm) -> None:
        if found.trouble:
            self._say(f"{texts.sentence(found.trouble)} {texts.advice(found.trouble)}", "danger")
            return
        self.form = FormGrid(self.desk, found.fields)
        self._fill(scrolled(self.form))
        self._say("" if found.fields else texts.word("helpdesk.no_fields"), "")
        self.make.setEnabled(True)
        for edit in self.form.edits.values():
            edit.returnPressed.connect(self.go)
        next(iter(self.form.edits.values()), self.make).setFocus()

    def go(self) -> None:
        """Make the pass, once everything that is needed was typed."""
        if self.form is None or not self.make.isEnabled():
            return
        if missing := self.form.missing():
            self._say(texts.word("helpdesk.needed", fields=", ".join(missing)), "danger")
            return
        self.make.setEnabled(False)
        self._say(texts.word("helpdesk.asking"), "")
        account, template = self._chosen()
        front, values = self.desk.control.front, self.form.values()
        self.desk.bridge.call(
            front.issue,
            account,
            template.id,
            values,
            self.desk.operator(Action.OFFICE),
            done=self._answered,
            owner=self,
        )

    def _answered(self, report: IssueReport) -> None:
        if report.issued is not None:
            self._show_code(report.issued)
            return
        self.make.setEnabled(not report.unsure)
        unsure = texts.word("helpdesk.unsure") if report.unsure else texts.advice(report.trouble)
        self._say(f"{texts.sentence(report.trouble)} {unsure}", "danger")

    # --- the pass
    def _show_code(self, issued: Issued) -> None:
        says = texts.word("helpdesk.made_help" if issued.page else "helpdesk.made_no_page")
        shown = issued.page or issued.barcode or issued.uid
        code, words = code_beside_words(self.desk, shown, texts.word("helpdesk.made"), says, issued.barcode)
        again = button(texts.word("helpdesk.another"), self._ask, name="walkup-again")
        words.insertWidget(words.count() - 1, again)
        self._fill(code)
        self._say("", "")
        self.template.hide()
        self.make.hide()
        self.cancel.setText(texts.word("do.close"))
        self._made(PassKey(self._chosen()[0], issued.uid))
        again.clicked.connect(lambda *_: self._once_more())

    def _once_more(self) -> None:
        self.template.setVisible(len(self._choices) > 1)
        self.make.show()
        self.cancel.setText(texts.word("do.cancel"))

    # --- pieces
    def _fill(self, widget: QWidget) -> None:
        while (item := self._body.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._body.addWidget(widget, 1)

    def _say(self, words: str, tone: str) -> None:
        self.message.set_tone(tone)
        self.message.setText(words)
        self.message.setVisible(bool(words))
