"""One scan or conflict of the ledger: as a line of a list, and with everything it tells."""

from __future__ import annotations

from collections.abc import Callable

from scanner_app.domain.scan import FactKind
from scanner_app.ui import moments, texts
from scanner_app.ui.desk import Desk
from scanner_app.ui.facts import Fact, nobody
from scanner_app.ui.records import Record
from scanner_app.ui.screens.door_panels import Panel
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.face import FACES
from scanner_app.ui.widgets.rows import Line
from scanner_app.ui.widgets.symbol import Symbol

Act = Callable[[Record], None]


def said(record: Record) -> str:
    """Return the words for what it is now: what was taken back admits nobody any more."""
    return texts.word("door.undone") if record.fate.undone else texts.headline(record.code)


def symbol(record: Record) -> Symbol:
    """Return what it looks like at a glance."""
    if record.fate.undone:
        return Symbol.READY
    look = FACES.get(record.code)
    return look.symbol if look else Symbol.ATTENTION if record.code in ("CONFLICT", "OVERRIDE") else Symbol.REFUSE


def short_line(record: Record, zone: str) -> Line:
    """Return what the door's last scans say of it."""
    pending = record.code.endswith("_PENDING") and not record.fate.undone
    words = f"{said(record)} · {texts.word('door.not_confirmed')}" if pending else said(record)
    who = record.holder or record.ticket or nobody(record.detail)
    return Line(who, words, moments.clock(record.row.at, zone), symbol(record))


def full_line(record: Record, zone: str) -> Line:
    """Return what the history says of it."""
    who = record.holder or record.ticket or record.raw or nobody(record.detail)
    below = " · ".join(t for t in (said(record), record.ticket, record.place, record.device) if t)
    return Line(who, below, moments.when(record.row.at, moments.now(), zone), symbol(record))


class RecordPanel(Panel):
    """Everything one scan or conflict tells; `settle` and `undo`: what may be done about it, None where it may not."""

    def __init__(
        self, desk: Desk, record: Record, zone: str, *, settle: Act | None = None, undo: Act | None = None
    ) -> None:
        undone = record.fate.undone is not None
        super().__init__(desk, said(record), "" if undone else texts.sentence(record.code))
        self.facts([Fact(texts.word(key), value) for key, value in _told(record, zone) if value])
        if record.row.kind is FactKind.CONFLICT:
            self._offer(settle, record, "history.settle", "primary", "settle")
        elif record.passed and not undone:  # looking left nothing to take back
            self._offer(undo, record, "door.undo", "", "record-undo")

    def _offer(self, act: Act | None, record: Record, word: str, kind: str, name: str) -> None:
        if act is not None:
            self.feet(button(texts.word(word), lambda: self._do(act, record), kind, name=name))

    def _do(self, act: Act, record: Record) -> None:
        self.desk.close_panel()
        act(record)


def _told(record: Record, zone: str) -> list[tuple[str, str]]:
    body, fate, now = record.row.body, record.fate, moments.now()
    here, there = body.get("here"), body.get("there")
    told = [
        ("fact.holder", record.holder),
        ("fact.ticket", record.ticket),
        ("fact.scanned", moments.when(record.row.at, now, zone)),
        ("fact.used_place", record.place),
        ("fact.used_device", record.device),
        ("fact.code", record.raw),
        ("history.operator", who(str(body.get("operator") or ""))),
        ("history.note", str(body.get("note") or "") or texts.told(str(body.get("answer") or ""))),
    ]
    if fate.undone is not None:
        told += [
            ("door.undone", moments.when(fate.undone, now, zone)),
            ("history.undone_by", who(fate.operator)),
            ("history.undone_why", fate.why),
        ]
    if isinstance(here, dict) and isinstance(there, dict):
        told.append(("history.there", _elsewhere(there, zone)))
    return told


def who(operator: str) -> str:
    """Return the word for a role; a name that a command gave stays as it is."""
    key = f"role.{operator}"
    return words if (words := texts.word(key)) != key else operator


def _elsewhere(there: dict[str, object], zone: str) -> str:
    told = []
    for key, value in there.items():
        at = moments.parse(value) if key.endswith("at") else None
        told.append(moments.when(at, moments.now(), zone) if at else str(value))
    return " · ".join(told)
