"""Effective state of a pass = the platform's snapshot + local facts not yet known to it. The one place for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from scanner_app.domain.passes import Pass, Source, Use, by_time
from scanner_app.domain.scan import LocalFacts, LocalUse

ECHO = timedelta(seconds=2)
"""A platform's use within this of a local one at the same place is the local one come back (whole seconds there)."""


RETURNED = timedelta(seconds=15)
"""Until this long after a use was given back to the hub a platform may not have heard of it (measured: 1 to 11 s)."""


def effective(snapshot: Pass, local: LocalFacts) -> tuple[Pass, tuple[Use, ...]]:
    """Return the pass and its uses as they stand when everything known here is counted. No download erases a fact."""
    if not local.uses and not local.voids:
        return snapshot, tuple(sorted(snapshot.uses, key=by_time)) if snapshot.uses else ()  # nearly every pass
    foreign = [u for u in snapshot.uses if not any(echo(u, mine) or _repeats(u, mine) for mine in local.uses)]
    mine = [_use(u) for u in local.uses if not u.undone]
    uses = tuple(sorted([*foreign, *mine], key=by_time))
    subject = _stored_value(_voids(snapshot, local, uses), local)
    return subject, uses


def echo(theirs: Use, mine: LocalUse) -> bool:
    """Whether a platform's use is a local one come back."""
    same = theirs.place == mine.place or (theirs.device != "" and theirs.device == mine.device)  # it was renamed since
    return same and abs(theirs.at - mine.at) <= ECHO


def _repeats(theirs: Use, mine: LocalUse) -> bool:
    """Whether a platform's use is a guest refused while a use stood that the hub has back by now.

    Passcreator lists every scan of a pass at a place, and says that only the first was valid. Where a hub decides, each
    door that did admit is known from it.
    """
    until = mine.returned_at
    return until is not None and theirs.place == mine.place and mine.at <= theirs.at <= until + ECHO


def _use(mine: LocalUse) -> Use:
    source = Source.VENUE if mine.venue else Source.HERE
    return Use(mine.place, mine.at, mine.direction, source, mine.device, mine.scan_id, mine.amount)


def _voids(snapshot: Pass, local: LocalFacts, uses: tuple[Use, ...]) -> Pass:
    if not local.voids:
        return replace(snapshot, voided=False, redeemed=False) if _given_back(snapshot, local) else snapshot
    newest = local.voids[-1]
    known = newest.sent_at is not None and snapshot.seen_at is not None and snapshot.seen_at > newest.sent_at
    if not known:
        # Voided with a use is spent; voided without one was blocked by a person at the help desk.
        return replace(snapshot, voided=newest.voided, redeemed=newest.voided and (snapshot.redeemed or bool(uses)))
    explained = newest.voided and snapshot.voided and bool(uses)
    return replace(snapshot, redeemed=True) if explained else snapshot


def _given_back(snapshot: Pass, local: LocalFacts) -> bool:
    """Whether a platform's void is that of a use which the hub has back, and of which the platform knows no better."""
    back = [u.returned_at for u in local.uses if u.returned_at and any(echo(theirs, u) for theirs in snapshot.uses)]
    if not back or not snapshot.voided:
        return False
    return snapshot.seen_at is None or snapshot.seen_at <= max(back) + RETURNED


def _stored_value(subject: Pass, local: LocalFacts) -> Pass:
    if subject.stored_value is None:
        return subject
    unknown = sum((u.amount for u in local.uses if not u.undone and not _taken_off(u, subject)), Decimal(0))
    return replace(subject, stored_value=subject.stored_value - unknown) if unknown else subject


def _taken_off(use: LocalUse, snapshot: Pass) -> bool:
    """Whether a snapshot already has a use's amount off: that it was sent is not enough, the snapshot may be older."""
    if not use.value_sent or use.value_sent_at is None or snapshot.seen_at is None:
        return use.value_sent
    return snapshot.seen_at > use.value_sent_at
