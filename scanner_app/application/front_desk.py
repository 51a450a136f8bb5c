"""What a help desk asks of the platforms: walk-up passes, links, statistics. Nothing of it admits anybody."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from scanner_app.application.ids import new_id
from scanner_app.application.judging import Desk
from scanner_app.application.ports import Figures, FormField, Issued, Priority, Template
from scanner_app.application.roles import Action, permits
from scanner_app.domain.errors import PlatformTrouble, ScannerError, StorageTrouble
from scanner_app.domain.passes import Pass
from scanner_app.domain.scan import FactKind

log = logging.getLogger(__name__)
FIND_SECONDS = 8.0
"""How long a pass that may have been made is looked for."""
OWN_NUMBER = "own_number"
"""Stands among a link's fields for the number that makes it good for once, however the project calls that."""


@dataclass(frozen=True, slots=True)
class PassForm:
    """What to ask before a pass is made. `trouble` is the code of why none can be made now, '' when it can."""

    fields: tuple[FormField, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class IssueReport:
    """What came of making a pass. `unsure`: it may have been made although no answer said so."""

    trouble: str = ""
    issued: Issued | None = None
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class LinkReport:
    """A SmartPass link, or why there is none."""

    trouble: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """A template's figures, when they were told, and what kept newer ones away."""

    account: str
    template: Template
    figures: Figures = field(default_factory=Figures)
    at: datetime | None = None
    trouble: str = ""


class BoxOffices(Protocol):
    """The accounts, as this desk sees them."""

    def form(self, account: str, template: str) -> list[FormField]:
        """Return what a new pass of a template may carry."""

    def issue(self, account: str, template: str, values: Mapping[str, str], external: str) -> Issued:
        """Make a pass under an id of ours."""

    def figures(self, account: str, template: str) -> Figures:
        """Return what a platform counts of a template."""

    def counts(self, account: str) -> bool:
        """Return whether an account tells statistics."""

    def lookup(self, account: str, text: str, deadline: float) -> list[Pass]:
        """Ask an account for passes."""

    def link(self, account: str, fields: Mapping[str, str]) -> str:
        """Return a SmartPass link of an account's project."""

    def keep_link_project(self, account: str, url: str, key: str) -> str:
        """Check and keep a SmartPass project; return the address as it is to be kept."""


class Front(Protocol):
    """The help desk's own work, as a screen sees it. Calls block."""

    def form(self, account: str, template: str) -> PassForm:
        """Return what a new pass of a template may carry."""

    def issue(self, account: str, template: str, values: Mapping[str, str], operator: str) -> IssueReport:
        """Make a pass, hold it here at once, keep who asked for it."""

    def link(self, account: str, fields: Mapping[str, str]) -> LinkReport:
        """Return a link by which a guest makes the own pass; needs no network."""

    def keep_link_project(self, account: str, url: str, key: str) -> LinkReport:
        """Check and keep the key of a SmartPass project; `link` is its address."""

    def known_figures(self) -> Sequence[Counted]:
        """Return what the platforms told last; asks nobody."""

    def figures(self) -> Sequence[Counted]:
        """Ask each platform that counts."""


class FrontDesk:
    """Calls block: the window makes them off its own thread."""

    def __init__(self, desk: Desk, offices: BoxOffices) -> None:
        self._desk, self._offices = desk, offices
        self._lock = threading.Lock()
        self._figures: dict[tuple[str, str], Counted] = {}

    # --- walk-up passes
    def form(self, account: str, template: str) -> PassForm:
        """Return what a new pass of a template may carry."""
        try:
            return PassForm(tuple(self._offices.form(account, template)))
        except ScannerError as error:
            return PassForm(trouble=error.code)

    def issue(self, account: str, template: str, values: Mapping[str, str], operator: str) -> IssueReport:
        """Make a pass and hold it here at once, so that its guest can go in. What was asked for is a fact."""
        if not permits(Action.OFFICE, operator, self._desk.settings().pins):
            return IssueReport("office_needs_supervisor")
        external = new_id()
        given = {name: value.strip() for name, value in values.items() if value.strip()}
        try:
            issued = self._offices.issue(account, template, given, external)
        except PlatformTrouble as trouble:
            if not trouble.outcome_unknown:
                return IssueReport(trouble.code)
            found = self._found(account, external)
            if not found:
                return IssueReport(trouble.code, unsure=True)
            issued = Issued(found[0].uid, found[0].barcode)
        except ScannerError as error:
            return IssueReport(error.code)
        self._hold(account, issued)
        self._note(account, issued.uid, operator)
        return IssueReport(issued=issued)

    def _found(self, account: str, text: str) -> list[Pass]:
        try:
            return self._offices.lookup(account, text, FIND_SECONDS)
        except ScannerError:
            return []

    def _hold(self, account: str, issued: Issued) -> None:
        found = [p for p in self._found(account, issued.uid) if p.uid == issued.uid]
        try:
            if found:
                self._desk.clerk.cache(account, lambda tx: tx.upsert(found), Priority.SYNC)
        except StorageTrouble:
            log.exception("a new pass could not be held; the next round brings it")

    def _note(self, account: str, uid: str, operator: str) -> None:
        body = {"task": "issue", "operator": operator, "value": "", "pass": {"account": account, "uid": uid}}
        fact_id, moment = new_id(), self._desk.clock.now()
        self._desk.clerk.ledger(lambda tx: tx.add_fact(fact_id, FactKind.OFFICE, moment, body))

    # --- links
    def link(self, account: str, fields: Mapping[str, str]) -> LinkReport:
        """Return a link by which a guest makes the own pass; needs no network."""
        try:
            return LinkReport(link=self._offices.link(account, {k: v.strip() for k, v in fields.items() if v.strip()}))
        except ScannerError as error:
            return LinkReport(error.code)

    def keep_link_project(self, account: str, url: str, key: str) -> LinkReport:
        """Check and keep the address and key of a SmartPass project; `link` is the address."""
        try:
            return LinkReport(link=self._offices.keep_link_project(account, url, key))
        except ScannerError as error:
            return LinkReport(error.code)

    # --- statistics
    def known_figures(self) -> Sequence[Counted]:
        """Return what the platforms told last; asks nobody."""
        with self._lock:
            return tuple(self._figures.values())

    def figures(self) -> Sequence[Counted]:
        """Ask each platform that counts; one that does not answer keeps what it told last, with its age."""
        for account in self._desk.settings().accounts:
            if self._offices.counts(account.id):
                for template in account.templates:
                    self._count(account.id, template)
        return self.known_figures()

    def _count(self, account: str, template: Template) -> None:
        key = (account, template.id)
        try:
            found = self._offices.figures(account, template.id)
            counted = Counted(account, template, found, self._desk.clock.now().trusted)
        except ScannerError as error:
            with self._lock:
                before = self._figures.get(key, Counted(account, template))
            counted = Counted(account, template, before.figures, before.at, error.code)
        with self._lock:
            self._figures[key] = counted
