"""How a verdict looks wherever it is shown: its symbol, its colours, and what an admission is worth in words."""

from __future__ import annotations

from dataclasses import dataclass

from scanner_app.domain.verdict import Grade, Outcome, Reason, Verdict
from scanner_app.ui import texts
from scanner_app.ui.widgets.symbol import Symbol


@dataclass(frozen=True, slots=True)
class Face:
    """How a verdict looks: its symbol and the tokens of its colours."""

    symbol: Symbol
    ground: str
    ink: str
    edge: str = ""


FACES = {
    "ADMIT": Face(Symbol.ADMIT, "admit", "admit_ink"),
    "ADMIT_PENDING": Face(Symbol.PENDING, "pending", "pending_ink", "pending_edge"),
    "ADMIT_STALE": Face(Symbol.ATTENTION, "attention", "attention_ink"),
    "LEAVE": Face(Symbol.ADMIT, "admit", "admit_ink"),
    "LEAVE_PENDING": Face(Symbol.PENDING, "pending", "pending_ink", "pending_edge"),
    "ADMIT_LOOK": Face(Symbol.LOOK, "look", "look_ink"),
}
REFUSED = Face(Symbol.REFUSE, "refuse", "refuse_ink")
READY = Face(Symbol.READY, "surface", "ink")
LEAVING = Face(Symbol.WAY_OUT, "look", "look_ink")
BROKEN = Face(Symbol.REFUSE, "surface", "danger")
CHECKING = Face(Symbol.CHECKING, "surface", "ink")


def face(verdict: Verdict) -> Face:
    """Return how a verdict looks; whatever is not an admission looks refused."""
    return FACES.get(texts.verdict_code(verdict), REFUSED) if verdict.admits else REFUSED


def badge(verdict: Verdict, telling_age: str = "") -> str:
    """Return the line that says what an admission is worth."""
    if verdict.outcome is Outcome.ATTENTION:
        return texts.word("door.stale", age=telling_age)
    if verdict.reason is not Reason.ADMIT:
        return ""
    if verdict.grade is Grade.CONFIRMED and "hub_slot" in verdict.detail:
        return texts.word("door.confirmed_hub")  # the platform is told later, by whoever has internet
    key = {Grade.CONFIRMED: "door.confirmed", Grade.PENDING: "door.pending", Grade.NONE: "door.nothing_recorded"}
    return texts.word(key[verdict.grade])
