"""Effective state of a pass = the platform's snapshot + local facts not yet known to it. The one place for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from scanner_app.domain.passes import Pass, Source, Use, by_time
from scanner_app.domain.scan import LocalFacts, LocalUse

ECHO = timedelta(seconds=2)
"""A platform's use within this of a local one at the same place is the local one come back (whole seconds there)."""


def effective(snapshot: Pass, local: LocalFacts) -> tuple[Pass, tuple[Use, ...]]:
    """Return the pass and its uses as they stand when everything known here is counted. No download erases a fact."""
    if not local.uses and not local.voids:
        return snapshot, tuple(sorted(snapshot.uses, key=by_time))  # nearly every pass: nothing known here yet
    foreign = [u for u in snapshot.uses if not any(echo(u, mine) for mine in local.uses)]
    mine = [_use(u) for u in local.uses if not u.undone]
    uses = tuple(sorted([*foreign, *mine], key=by_time))
    subject = _stored_value(_voids(snapshot, local, uses), local)
    return subject, uses


def echo(theirs: Use, mine: LocalUse) -> bool:
    """Whether a platform's use is a local one come back."""
    same = theirs.place == mine.place or (theirs.device != "" and theirs.device == mine.device)  # it was renamed since
    return same and abs(theirs.at - mine.at) <= ECHO


def _use(mine: LocalUse) -> Use:
    source = Source.VENUE if mine.venue else Source.HERE
    return Use(mine.place, mine.at, mine.direction, source, mine.device, mine.scan_id, mine.amount)


def _voids(snapshot: Pass, local: LocalFacts, uses: tuple[Use, ...]) -> Pass:
    if not local.voids:
        return snapshot
    newest = local.voids[-1]
    known = newest.sent_at is not None and snapshot.seen_at is not None and snapshot.seen_at > newest.sent_at
    if not known:
        # Voided with a use is spent; voided without one was blocked by a person at the help desk.
        return replace(snapshot, voided=newest.voided, redeemed=newest.voided and (snapshot.redeemed or bool(uses)))
    explained = newest.voided and snapshot.voided and bool(uses)
    return replace(snapshot, redeemed=True) if explained else snapshot


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
