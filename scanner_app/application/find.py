"""Finding the pass: the cache first, the platform when it is unknown here or the place demands confirmation."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from scanner_app.application.config import Settings
from scanner_app.application.ports import CacheTx, Clerk, Priority
from scanner_app.domain.credential import Credential
from scanner_app.domain.errors import PlatformTrouble, StorageTrouble
from scanner_app.domain.passes import IdentifierKind, Kin, Matches, Pass
from scanner_app.domain.place import Place

log = logging.getLogger(__name__)

LEAST_SECONDS = 0.05
"""With less time than this left nobody is asked any more: the local decision stands."""


class Oracle(Protocol):
    """A platform that can be asked during a scan, if its network is believed up."""

    def believed_up(self) -> bool:
        """Return whether asking is worth a guest's time."""

    def lookup(self, text: str, deadline: float) -> list[Pass]:
        """Return what the platform knows of a text; raises PlatformTrouble. Deadline in seconds."""


class Finder:
    """Look-ups for one kiosk. Thread-safe as far as its ports are."""

    def __init__(
        self,
        clerk: Clerk,
        settings: Callable[[], Settings],
        oracles: Callable[[], Mapping[str, Oracle]],
        *,
        keeps: bool = True,
    ) -> None:
        """`keeps`: whether passes that a platform told of are put into the cache."""
        self._clerk, self._settings, self._oracles, self._keeps = clerk, settings, oracles, keeps

    def held(self, credential: Credential, place: Place, now: datetime) -> Matches:
        """Return what is known here without asking anybody."""
        return self._known(credential, place, now, _concerned(self._settings(), credential))

    def _known(self, credential: Credential, place: Place, now: datetime, settings: Settings) -> Matches:
        held, complete, age = self._held(credential, settings, now)
        return Matches(tuple(held), complete, cache_age=age, asked=_asked(settings, place))

    def find(self, credential: Credential, place: Place, now: datetime) -> Matches:
        """Return the matches for a credential at a place; never raises for troubles of cache or network."""
        settings = _concerned(self._settings(), credential)
        matches = self._known(credential, place, now, settings)
        held = matches.passes
        if not credential.candidates or (held and not place.confirm and not any(p.partial for p in held)):
            return self._with_kin(matches)
        return self._with_kin(self._ask(matches, credential, settings))

    def _held(self, credential: Credential, settings: Settings, now: datetime) -> tuple[list[Pass], bool, float | None]:
        accounts = [a.id for a in settings.accounts]
        try:
            with closing(self._clerk.cache_reader()) as reader:
                held = reader.find(credential.candidates, accounts, _carries(settings, credential))
                states = [reader.state(a) for a in accounts]
        except StorageTrouble:
            log.exception("cache cannot be read; scanning goes on without it")
            return [], False, None
        syncs = [s.last_sync for s in states]
        age = max(((now - s).total_seconds() for s in syncs if s), default=None) if all(syncs) else None
        return held, all(s.complete for s in states), age

    def _with_kin(self, matches: Matches) -> Matches:
        """Add the other passes of the person whose one pass was found; that they cannot be read stops no door."""
        found = [p for p in matches.passes if not p.nullified] or matches.passes
        if len(found) != 1:
            return matches
        try:
            with closing(self._clerk.cache_reader()) as reader:
                kin = reader.kin(found[0])
        except StorageTrouble:
            log.exception("other passes of a guest cannot be looked for")
            return matches
        return replace(matches, kin=tuple(Kin(one, one.uses) for one in kin)) if kin else matches

    def _ask(self, matches: Matches, credential: Credential, settings: Settings) -> Matches:
        allowed = _carries(settings, credential)
        oracles = {account: oracle for account, oracle in self._oracles().items() if settings.account(account)}
        ends = time.monotonic() + settings.lookup_deadline
        concerned = {p.account for p in matches.passes} or oracles.keys()
        asked = {account: oracles[account] for account in oracles if account in concerned}
        told = {a: said for a, said in _answers(asked, credential, allowed, ends).items() if said is not None}
        for account, answer in told.items():
            self._keep(account, answer, settings)
        passes = _settled(matches.passes, told)
        if not passes:
            return replace(matches, complete=matches.complete or (bool(told) and told.keys() == oracles.keys()))
        return replace(matches, passes=passes, confirmed=all(p.account in told for p in passes))

    def _keep(self, account: str, passes: Sequence[Pass], settings: Settings) -> None:
        if not passes or not self._keeps:
            return
        config = settings.account(account)
        templates = {t.id for t in config.templates} if config else set()
        own = [p for p in passes if not templates or p.template in templates]
        others = [p for p in passes if p not in own]

        def keep(tx: CacheTx) -> None:
            tx.upsert(own)
            tx.upsert(others, apart=True)  # of another event: this account's list will never name it

        try:
            self._clerk.cache(account, keep, Priority.SYNC)
        except StorageTrouble:
            log.exception("a looked-up pass could not be kept; the verdict stands without it")


def _settled(held: Sequence[Pass], told: Mapping[str, list[Pass]]) -> tuple[Pass, ...]:
    """Return what is held here as the accounts that answered have it now; those that did not say keep theirs."""
    accounts = dict.fromkeys([*told, *(p.account for p in held)])
    return tuple(
        found for account in accounts for found in _now([p for p in held if p.account == account], told.get(account))
    )


def _now(held: Sequence[Pass], answer: Sequence[Pass] | None) -> Sequence[Pass]:
    """Return one account's passes after its answer, None for none: one it no longer names is gone.

    A look-up names one pass, however many carry the text: of several that are held, the others stay.
    """
    if answer is None:
        return held
    if not answer:
        return [replace(p, nullified=True) for p in held]
    living = [p for p in held if not p.nullified]
    named = {p.uid for p in answer}
    return [*answer, *(p for p in living if len(living) > 1 and p.uid not in named)]


def _answers(
    asked: Mapping[str, Oracle],
    credential: Credential,
    allowed: Callable[[str], frozenset[IdentifierKind]],
    ends: float,
) -> dict[str, list[Pass] | None]:
    """Ask all accounts at once: one that takes all the time there is leaves the others theirs."""
    if len(asked) < 2:
        return {account: _ask_one(oracle, credential, allowed(account), ends) for account, oracle in asked.items()}
    with ThreadPoolExecutor(len(asked), "look-up") as pool:
        told = {
            account: pool.submit(_ask_one, oracle, credential, allowed(account), ends)
            for account, oracle in asked.items()
        }
    return {account: future.result() for account, future in told.items()}


def _ask_one(
    oracle: Oracle, credential: Credential, allowed: frozenset[IdentifierKind], ends: float
) -> list[Pass] | None:
    """Return what one platform knows, None when it did not say in time; `ends`: one deadline for all questions."""
    if not oracle.believed_up():
        return None
    try:
        for text in credential.candidates:
            left = ends - time.monotonic()
            if left < LEAST_SECONDS:
                return None
            exact = [p for p in oracle.lookup(text, left) if _names(p, text, allowed)]
            if exact:
                return exact
    except PlatformTrouble as trouble:
        log.info("not asked: %s", trouble.code)
        return None
    return []


def _names(subject: Pass, text: str, allowed: frozenset[IdentifierKind]) -> bool:
    """Platform look-ups accept more than what a barcode carries: the answer's own value must equal what was scanned."""
    return any(kind in allowed and value == text for kind, value in subject.identifiers.items())


def _concerned(settings: Settings, credential: Credential) -> Settings:
    """Leave the accounts whose code it may be: a code that begins as one account's do is no other's.

    What was typed or searched for may be any identifier of a pass, not only what its barcode carries; what was picked
    from a list is one pass of one account.
    """
    if credential.picked:
        return replace(settings, accounts=tuple(a for a in settings.accounts if a.id == credential.picked))
    if not credential.symbology.shows_pass or not any(a.code_prefix for a in settings.accounts):
        return settings
    begun = [a for a in settings.accounts if a.code_prefix and _begins(credential, a.code_prefix)]
    return replace(settings, accounts=tuple(begun or [a for a in settings.accounts if not a.code_prefix]))


def _begins(credential: Credential, prefix: str) -> bool:
    return any(text.startswith(prefix) for text in credential.candidates)


def _carries(settings: Settings, credential: Credential) -> Callable[[str], frozenset[IdentifierKind]]:
    if credential.picked:
        return lambda _: frozenset({IdentifierKind.UID})
    tap, shown = credential.symbology.is_tap, credential.symbology.shows_pass
    by_account = {a.id: a.carries(tap=tap, shown=shown) for a in settings.accounts}
    return lambda account: by_account.get(account, frozenset())


def _asked(settings: Settings, place: Place) -> tuple[str, ...]:
    names = []
    for account in settings.accounts:
        accepted = place.accepted(account.id)
        if accepted:
            templates = [t.name for t in account.templates if not accepted.templates or t.id in accepted.templates]
            names.append(": ".join(filter(None, [account.platform, ", ".join(templates)])))
    return tuple(names)
