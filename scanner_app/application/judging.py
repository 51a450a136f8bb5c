"""One credential judged at one place: what judging needs, the verdict by the ledger's facts, the scan it becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from scanner_app.application.config import Settings
from scanner_app.application.find import Finder
from scanner_app.application.hub import Hub
from scanner_app.application.ports import Clerk, Clock
from scanner_app.domain.credential import Credential
from scanner_app.domain.effective import effective
from scanner_app.domain.passes import Kin, Matches, PassKey, Use
from scanner_app.domain.place import Place, Policy
from scanner_app.domain.rules import decide
from scanner_app.domain.scan import LocalFacts, LocalUse, Moment, Scan
from scanner_app.domain.verdict import Verdict


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
