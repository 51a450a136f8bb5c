"""A credential becomes a verdict, and the verdict a fact on disk, before anybody sees it."""

from __future__ import annotations

import logging
import time
from contextlib import closing
from dataclasses import replace

from scanner_app.application.claims import claimed
from scanner_app.application.events import Decided
from scanner_app.application.ids import new_id
from scanner_app.application.judging import Desk, Presentation, judge, local_use, scan_of
from scanner_app.application.ports import LedgerTx, Priority
from scanner_app.application.reporting import plan
from scanner_app.domain.credential import Credential
from scanner_app.domain.errors import StorageTrouble
from scanner_app.domain.passes import Matches
from scanner_app.domain.place import Place
from scanner_app.domain.scan import Moment, Scan
from scanner_app.domain.verdict import Outcome, Reason, Verdict

log = logging.getLogger(__name__)


def present(desk: Desk, credential: Credential, place: Place, operator: str = "") -> Decided:
    """Judge one credential at a place and record it. Returns after the commit; any error is a refusal, never raised."""
    began = time.perf_counter()
    shown = Presentation(new_id(), desk.clock.now(), credential, place, operator)
    try:
        if credential.others:
            credential = _chosen(desk, credential, place, shown.moment)
            shown = replace(shown, credential=credential)
        matches = desk.finder.find(credential, place, shown.moment.trusted)
        found = time.perf_counter()
        scan = _recorded(desk, shown, matches)
    except StorageTrouble as trouble:
        log.exception("cannot record: do not admit")
        refusal = Verdict(Outcome.REFUSE, Reason.CANNOT_RECORD, detail={"code": trouble.code})
        return _not_recorded(desk, shown, refusal)
    except Exception:
        log.exception("unknown error: refused")
        return _not_recorded(desk, shown, Verdict(Outcome.REFUSE, Reason.ERROR))
    done = time.perf_counter()
    ms = {"find": _ms(found - began), "record": _ms(done - found), "total": _ms(done - began)}
    return Decided(scan, ms)


def _recorded(desk: Desk, shown: Presentation, matches: Matches) -> Scan:
    hub = desk.hub
    if hub is not None:
        return claimed(desk, hub, shown, matches)
    return desk.clerk.ledger(lambda tx: record(tx, desk, shown, matches), Priority.SCAN)


def _chosen(desk: Desk, credential: Credential, place: Place, moment: Moment) -> Credential:
    """Return which of several passes of one tap is judged: the first that may enter here, else the first known here.

    Only that one is recorded, and judged anew within the transaction: a pass used meanwhile is refused, not replaced.
    """
    known: list[Credential] = []
    with closing(desk.clerk.ledger_reader()) as reader:
        for one in credential.each:
            matches = desk.finder.held(one, place, moment.trusted)
            if matches.passes and judge(reader, matches, place, one, moment).admits:
                return one
            known += [one] if matches.passes else []
    return next(iter(known), credential.each[0])


def look(desk: Desk, credential: Credential, place: Place) -> Verdict:
    """Return what the door would say; nothing is recorded."""
    moment = desk.clock.now()
    if credential.others:
        credential = _chosen(desk, credential, place, moment)
    matches = desk.finder.find(credential, place, moment.trusted)
    with closing(desk.clerk.ledger_reader()) as reader:
        return judge(reader, matches, place, credential, moment)


def record(tx: LedgerTx, desk: Desk, shown: Presentation, matches: Matches) -> Scan:
    """Decide, insert the scan, its use and its outbox rows: one transaction, run by the clerk."""
    scan = scan_of(desk, shown, judge(tx, matches, shown.place, shown.credential, shown.moment))
    tx.record(scan, local_use(scan, shown.place), plan(scan, shown.place, desk.tenants()))
    return scan


def _not_recorded(desk: Desk, shown: Presentation, verdict: Verdict) -> Decided:
    return Decided(scan_of(desk, shown, verdict), durable=False)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
