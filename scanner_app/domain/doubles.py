"""What two doors that were apart admitted together though the place's policy does not allow it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

from scanner_app.domain.effective import ECHO
from scanner_app.domain.passes import Direction, Use, by_time
from scanner_app.domain.place import Policy
from scanner_app.domain.scan import Operation

ENTRIES, PER_DAY = "entries", "per_day"
"""What an operation of a `counted` place says in `extra`: how many entries were allowed, and the zone of its days."""


@dataclass(frozen=True, slots=True)
class Double:
    """An admission of ours, and the other door's that does not go with it."""

    mine: Use
    theirs: Use


def doubles(operation: Operation, mine: Sequence[Use], theirs: Sequence[Use]) -> list[Double]:
    """Return what the policy of an operation's place forbids of two doors' uses of one pass there.

    `once`: every entry of theirs. `in_out`: an entry of one door upon an entry of the other, with no way out between.
    `counted`: entries beyond those that were allowed. Elsewhere a pass is good any number of times.
    """
    if operation.policy == Policy.IN_OUT.value:
        return list(_twice_inside(mine, theirs))
    ours, others = _entries(mine), _entries(theirs)
    if operation.policy == Policy.ONCE.value:
        return [Double(mine_, theirs_) for mine_ in ours for theirs_ in others]
    if operation.policy == Policy.COUNTED.value and ENTRIES in operation.extra:
        return list(_too_many(operation, ours, others))
    return []


def made_here(use: Use, operation: Operation) -> bool:
    """Whether this kiosk itself made a use that a platform tells of.

    Its ledger decides: two kiosks may work under one name, as copies of one data folder do, and what a ledger has lost
    was admitted twice all the same. Where none was asked (another kiosk's record, told for it) the name alone decides.
    """
    if operation.own is None or not use.device:
        return bool(use.device) and use.device == operation.device
    if use.scan_id:
        return use.scan_id in {operation.scan_id, *(one.scan_id for one in operation.own)}
    return any(use.device == (one.device or operation.device) and abs(use.at - one.at) <= ECHO for one in operation.own)


def _entries(uses: Sequence[Use]) -> list[Use]:
    return [use for use in uses if use.direction is Direction.ENTRY]


def _twice_inside(mine: Sequence[Use], theirs: Sequence[Use]) -> Iterator[Double]:
    ours = set(mine)
    for first, then in pairwise(sorted([*mine, *theirs], key=by_time)):
        if first.direction is then.direction is Direction.ENTRY and (first in ours) is not (then in ours):
            yield Double(first, then) if first in ours else Double(then, first)


def _too_many(operation: Operation, mine: Sequence[Use], theirs: Sequence[Use]) -> Iterator[Double]:
    """Each entry beyond the allowance stands against the last one before it that the other side made."""
    allowed, zone, ours = int(operation.extra[ENTRIES]), operation.extra.get(PER_DAY), set(mine)
    days: dict[object, list[Use]] = defaultdict(list)
    for use in sorted([*mine, *theirs], key=by_time):
        days[use.at.astimezone(ZoneInfo(zone)).date() if zone else None].append(use)
    for entries in days.values():
        for number in range(allowed, len(entries)):
            over = entries[number]
            before = [use for use in entries[:number] if (use in ours) is not (over in ours)]
            if before:
                yield Double(over, before[-1]) if over in ours else Double(before[-1], over)
