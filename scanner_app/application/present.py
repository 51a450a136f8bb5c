"""A credential becomes a verdict, and the verdict a fact on disk, before anybody sees it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Protocol

from scanner_app.application.config import Settings
from scanner_app.application.events import Decided
from scanner_app.application.find import Finder
from scanner_app.application.hub import Hub
from scanner_app.application.ids import new_id
from scanner_app.application.ports import Clerk, Clock, LedgerTx, Priority
from scanner_app.application.reporting import plan
from scanner_app.domain.credential import Credential
from scanner_app.domain.effective import effective
from scanner_app.domain.errors import StorageTrouble
from scanner_app.domain.passes import Kin, Matches, PassKey, Use
from scanner_app.domain.place import Place, Policy
from scanner_app.domain.rules import decide
from scanner_app.domain.scan import LocalFacts, LocalUse, Moment, Scan
from scanner_app.domain.verdict import Outcome, Reason, Verdict

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """What judging needs: the one writer, time, settings, who may be asked, and the key fingerprint per account.

    `hub` is the venue's authority where this kiosk has others beside it.
    """

    clerk: Clerk
    clock: Clock
    settings: Callable[[], Settings]
    finder: Finder
    tenants: Callable[[], Mapping[str, str]]
    hub: Hub | None = None


@dataclass(frozen=True, slots=True)
class Presentation:
    """One credential at one place at one moment, with the id it will be known by."""

    scan_id: str
    moment: Moment
    credential: Credential
    place: Place
    operator: str = ""


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
        from scanner_app.application.claims import claimed

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


class FactsKnown(Protocol):
    """A ledger, inside a transaction or read beside it."""

    def local_facts(self, key: PassKey) -> LocalFacts:
        """Return all local facts about a pass."""


def judge(ledger: FactsKnown, matches: Matches, place: Place, credential: Credential, moment: Moment) -> Verdict:
    """Decide on the effective state: the snapshots and the ledger's facts."""
    uses: tuple[Use, ...] = ()
    living = matches.living
    if len(living) == 1:  # of two or more none is judged, and none is gone because of anything done here
        subject, uses = effective(living[0], ledger.local_facts(living[0].key))
        if subject is not living[0]:
            matches = replace(matches, passes=(subject,))
    if matches.kin:
        others = (effective(k.subject, ledger.local_facts(k.subject.key)) for k in matches.kin)
        matches = replace(matches, kin=tuple(Kin(*other) for other in others))
    return decide(matches, uses, place, credential, moment.trusted)


def record(tx: LedgerTx, desk: Desk, shown: Presentation, matches: Matches) -> Scan:
    """Decide, insert the scan, its use and its outbox rows: one transaction, run by the clerk."""
    scan = scan_of(desk, shown, judge(tx, matches, shown.place, shown.credential, shown.moment))
    tx.record(scan, local_use(scan, shown.place), plan(scan, shown.place, desk.tenants()))
    return scan


def scan_of(desk: Desk, shown: Presentation, verdict: Verdict) -> Scan:
    """Return the scan as it is kept, printed and told: a card's number in full only where it named a pass."""
    credential = shown.credential if verdict.subject else shown.credential.nobodys
    return Scan(
        shown.scan_id, shown.moment, desk.settings().device, shown.place.name, credential, verdict, shown.operator
    )


def local_use(scan: Scan, place: Place) -> LocalUse | None:
    """Return the use that an admission makes, None for refusals and looks."""
    subject = scan.verdict.subject
    if subject is None or not scan.verdict.records_use or place.policy is Policy.LOOK_ONLY:
        return None
    return LocalUse(
        scan.scan_id,
        place.platform_place(subject.account),
        scan.moment.trusted,
        scan.verdict.direction,
        scan.verdict.amount,
        scan.device,
    )


def _not_recorded(desk: Desk, shown: Presentation, verdict: Verdict) -> Decided:
    return Decided(scan_of(desk, shown, verdict), durable=False)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
