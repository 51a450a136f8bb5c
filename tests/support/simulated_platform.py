"""A pass platform in memory, at the port: keyset list, delta by wall minutes in a zone, app scans, faults on order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from support.virtual_time import World

from scanner_app.application.ports import Answer, Can, Capabilities, Delivery, Door, Page, Rest, Template
from scanner_app.domain.doubles import made_here
from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.domain.passes import Direction, IdentifierKind, Pass, Use
from scanner_app.domain.scan import Operation, OperationKind
from scanner_app.platforms.zones import MINUTES, SECONDS, since, to_utc

OVERLAP = timedelta(minutes=2)


class Killed(BaseException):
    """The process died here: nothing after it was run."""


@dataclass
class Row:
    """One pass on the platform's side; times are true UTC."""

    uid: str
    created: datetime
    modified: datetime
    version: int = 0
    voided_by: str = ""
    uses: tuple[Use, ...] = ()


Fault = Callable[[Callable[[], object]], object]
"""Gets the platform's own work; does it or does it not, and answers or raises."""


def fails(kind: PlatformKind, detail: str = "", **more: object) -> Fault:
    """Return a fault that keeps the request from having any effect."""

    def fault(_work: Callable[[], object]) -> object:
        raise PlatformTrouble(kind, detail, **more)

    return fault


def answer_lost(work: Callable[[], object]) -> object:
    """Do it, and lose the answer."""
    work()
    raise PlatformTrouble(PlatformKind.UNREACHABLE, "timed out")


def killed_before(_work: Callable[[], object]) -> object:
    raise Killed


def killed_after(work: Callable[[], object]) -> object:
    work()
    raise Killed


def works(work: Callable[[], object]) -> object:
    return work()


@dataclass
class SimulatedPlatform:
    """One account. `zone` is the company's, `configured` what the kiosk was told; `later` reads an hour that comes
    twice as its second coming; `delta_total` makes a delta's total that of the delta only."""

    world: World
    zone: str = "UTC"
    configured: str = ""
    later: bool = False
    delta_total: bool = False
    page_size: int = 100
    latency: float = 0.0
    account: str = "sim"
    platform: str = "passcreator"
    tenant: str = "key-1"
    stream: str = "tpl"
    zone_fits: bool | None = None
    rows: dict[str, Row] = field(default_factory=dict)
    scans: list[Operation] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    next_fault: Callable[[str], Fault | None] = lambda _: None
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(frozenset(Can)))
    resets: int = 0
    rest: Rest = Rest.QUIET

    # --- what happens there by itself ---
    def create(self, uid: str) -> None:
        self.rows[uid] = Row(uid, self.world.now, self.world.now)

    def modify(self, uid: str) -> None:
        if uid in self.rows:
            self.rows[uid].modified, self.rows[uid].version = self.world.now, self.rows[uid].version + 1

    def void(self, uid: str, by: str) -> None:
        self.rows[uid].voided_by = by
        self.modify(uid)

    def use(self, uid: str, device: str, place: str = "Main", direction: Direction = Direction.ENTRY) -> None:
        self.rows[uid].uses += (Use(place, self._date(), direction, device=device),)
        self.modify(uid)

    def delete(self, uid: str) -> None:
        self.rows.pop(uid, None)

    # --- the port ---
    def check(self) -> datetime | None:
        return self._call("check", self._date)

    def templates(self) -> list[Template]:
        return [Template(self.stream, "Simulated")]

    def doors(self) -> list[Door]:
        return []

    def streams(self) -> list[str]:
        return [self.stream]

    def page(self, stream: str, cursor: str, resume: str) -> Page:
        return self._call("page", lambda: self._page(cursor, resume))

    def cursor_after(self, started: datetime) -> str:
        if Can.DELTA not in self.capabilities.can:
            return ""
        return since(started - OVERLAP, ZoneInfo(self.configured or self.zone))

    def lookup(self, text: str, deadline: float) -> list[Pass]:
        found = self._call("lookup", lambda: self.rows.get(text))
        return [self._pass(found)] if found else []

    def search(self, text: str) -> list[Pass]:
        return []

    def deliver(self, operation: Operation, *, may_have_arrived: bool) -> Answer:
        return self._call("deliver", lambda: self._deliver(operation, may_have_arrived))

    def others(self, operation: Operation, subject: Pass) -> list[Use]:
        others = [u for u in subject.uses if u.place == operation.place and not made_here(u, operation)]
        return self._call("others", lambda: others)

    def at_rest(self) -> Rest:
        return self.rest

    def reset(self) -> None:
        self.resets += 1

    def close(self) -> None:
        pass

    # --- inside ---
    def _call(self, what: str, work: Callable[[], object]):
        self.requests.append(what)
        fault = self.next_fault(what)
        self.world.advance(self.latency)
        return (fault or works)(work)

    def _date(self) -> datetime:
        return self.world.now.replace(microsecond=0)

    def _page(self, cursor: str, resume: str) -> Page:
        rows = sorted(self.rows.values(), key=lambda r: (r.created, r.uid))
        if cursor:
            rows = [r for r in rows if r.modified >= self._read_since(cursor)]
        total = len(rows) if self.delta_total else len(self.rows)
        if resume:
            at, _, uid = resume.partition("|")
            rows = [r for r in rows if (r.created, r.uid) > (datetime.fromisoformat(at), uid)]
        shown = rows[: self.page_size]
        more = f"{shown[-1].created.isoformat()}|{shown[-1].uid}" if len(rows) > len(shown) else ""
        return Page(tuple(self._pass(r) for r in shown), more, total, self._date())

    def _read_since(self, cursor: str) -> datetime:
        wall = datetime.strptime(cursor, MINUTES).replace(tzinfo=ZoneInfo(self.zone), fold=int(self.later))
        return wall.astimezone(self.world.now.tzinfo)

    def _pass(self, row: Row) -> Pass:
        told = row.modified.astimezone(ZoneInfo(self.zone)).strftime(SECONDS)
        return Pass(
            self.account,
            self.platform,
            row.uid,
            template=self.stream,
            identifiers={IdentifierKind.UID: row.uid, IdentifierKind.BARCODE: row.uid},
            fields={"version": str(row.version)},
            voided=bool(row.voided_by),
            uses=row.uses,
            modified=to_utc(told, ZoneInfo(self.configured or self.zone)),
            seen_at=self._date(),
        )

    def _deliver(self, operation: Operation, may_have_arrived: bool) -> Answer:
        if operation.kind is OperationKind.RECORD:
            return self._record(operation, may_have_arrived)
        if operation.kind is OperationKind.UNRECORD:
            self.scans = [s for s in self.scans if s.scan_id != operation.scan_id]
            return Answer(Delivery.DONE)
        row = self.rows.get(operation.uid)
        if row is None:
            return Answer(Delivery.CONTESTED, "deleted", {"state": "deleted"})
        return self._mark(row, operation, may_have_arrived)

    def _mark(self, row: Row, operation: Operation, may_have_arrived: bool) -> Answer:
        restores = operation.kind is OperationKind.RESTORE
        if row.voided_by == ("" if restores else "here") and may_have_arrived:
            return Answer(Delivery.ALREADY)
        if row.voided_by not in ("", "here") or (row.voided_by and not restores):
            return Answer(Delivery.CONTESTED, "voided", {"device": row.voided_by})
        self.void(operation.uid, "" if restores else "here")
        return Answer(Delivery.DONE)

    def _record(self, operation: Operation, may_have_arrived: bool) -> Answer:
        mine = (operation.device, operation.at, operation.raw)
        if may_have_arrived and any((s.device, s.at, s.raw) == mine for s in self.scans):
            return Answer(Delivery.ALREADY)
        self.scans.append(operation)
        return Answer(Delivery.DONE)


def script(faults: Iterable[Fault | None], what: str = "") -> Callable[[str], Fault | None]:
    """Return `next_fault` that plays these, one per call (of one kind), then none."""
    left = iter(faults)
    return lambda kind: next(left, None) if kind == what or not what else None
