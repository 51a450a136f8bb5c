"""What staff and supervisors put right at the door: take an admission back, admit a refused guest, choose a pass."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from scanner_app.application.control import Action, CorrectionReport
from scanner_app.application.events import Level
from scanner_app.domain.passes import Pass
from scanner_app.domain.scan import Scan
from scanner_app.ui import texts
from scanner_app.ui.desk import Desk
from scanner_app.ui.facts import holder, ticket
from scanner_app.ui.screens.door_panels import ChoicePanel, ReasonPanel


class Corrections:
    """Asks for the role and the reason that each needs, does it, and says how it went.

    `hold` keeps the verdict on the screen while somebody decides; `taken_back` and `let_in` show what became of it.
    """

    def __init__(
        self,
        desk: Desk,
        owner: QWidget,
        hold: Callable[[], None],
        taken_back: Callable[[Scan], None],
        let_in: Callable[[], None],
    ) -> None:
        self.desk = desk
        self.undone: set[str] = set()
        self._owner, self._hold, self._taken_back, self._let_in = owner, hold, taken_back, let_in

    def undo(self, scan: Scan) -> None:
        """Take an admission back."""
        self.desk.allow(Action.UNDO, lambda: self._undo_now(scan))

    def _undo_now(self, scan: Scan) -> None:
        control = self.desk.control
        self.desk.bridge.call(
            control.undo,
            scan.scan_id,
            self.desk.operator(Action.UNDO),
            done=lambda report: self._undone_now(scan, report),
            owner=self._owner,
        )

    def _undone_now(self, scan: Scan, report: CorrectionReport) -> None:
        if report.trouble == "undo_needs_supervisor":
            self.desk.allow(Action.UNDO_LATE, lambda: self._ask_undo_reason(scan))
            return
        if self._failed(report):
            return
        self.undone.add(scan.scan_id)
        self._taken_back(scan)
        self.desk.toast(f"{texts.word('door.undone')}: {holder(scan.verdict) or ticket(scan.verdict)}")

    def _ask_undo_reason(self, scan: Scan) -> None:
        self.desk.open_panel(ReasonPanel(self.desk, scan, lambda reason: self._undo_late(scan, reason), "door.undo"))

    def _undo_late(self, scan: Scan, reason: str) -> None:
        self.desk.close_panel()
        self.desk.bridge.call(
            self.desk.control.undo,
            scan.scan_id,
            self.desk.operator(Action.UNDO_LATE),
            reason,
            done=lambda report: self._undone_now(scan, report),
            owner=self._owner,
        )

    def override(self, scan: Scan, act: str) -> None:
        """Let a refused guest in, or out, on a supervisor's word: PIN, then the reason. `act`: the words for it."""
        self._hold()
        self.desk.allow(Action.OVERRIDE, lambda: self._ask_reason(scan, act))

    def _ask_reason(self, scan: Scan, act: str) -> None:
        self.desk.open_panel(ReasonPanel(self.desk, scan, lambda reason: self._override(scan, reason, act), act))

    def _override(self, scan: Scan, reason: str, act: str) -> None:
        self.desk.close_panel()
        self.desk.bridge.call(
            self.desk.control.override,
            scan.scan_id,
            self.desk.operator(Action.OVERRIDE),
            reason,
            done=lambda report: self._overridden(report, act),
            owner=self._owner,
        )

    def _overridden(self, report: CorrectionReport, act: str) -> None:
        if self._failed(report):
            return
        self._let_in()
        self.desk.toast(texts.word(f"{act}_done"))

    def _failed(self, report: CorrectionReport) -> bool:
        """Say what stood in the way, if anything did."""
        if report.trouble:
            self.desk.toast(f"{texts.sentence(report.trouble)} {texts.advice(report.trouble)}", Level.WARNING)
        return bool(report.trouble)

    def choose(self, scan: Scan) -> None:
        """Let a supervisor pick among several passes of one code."""
        self._hold()
        self.desk.allow(Action.CHOOSE, lambda: self._find_choices(scan))

    def _find_choices(self, scan: Scan) -> None:
        text = next(iter(scan.credential.candidates), "")
        self.desk.bridge.call(self.desk.control.search, text, 20, done=partial(self._offer, text), owner=self._owner)

    def _offer(self, text: str, found: list[Pass]) -> None:
        """Offer the passes that carry this code; a search also finds those that only begin with it."""
        exact = [one for one in found if text in one.identifiers.values()]
        self.desk.open_panel(ChoicePanel(self.desk, exact or found))
