"""What is done about each answer to a delivery: reliability.md 2.3 as one table, and how long to wait."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum

from scanner_app.application.ports import Delivery
from scanner_app.domain.errors import PlatformKind, PlatformTrouble

BASE_SECONDS = 1.0
CAP_SECONDS = 60.0
RETRY_AFTER_CAP = 300.0
"""Longest wait that a platform can order (reliability.md 2.3)."""

LATE_SECONDS = 2.0
"""A request whose answer was lost may still arrive: whether it did is not asked before so long."""

POISON_TRIES = 10
"""Failures of one item, each with another item's success since the last, after which it is set apart."""


class Action(StrEnum):
    """What becomes of an operation after one try."""

    SENT = "sent"
    REFUSED = "refused"  # set apart with its reason; a person sees it
    CONTESTED = "contested"  # a conflict for people
    RETRY = "retry"  # later, alone
    CONFIRM = "confirm"  # once more; the same answer again is a refusal
    PAUSE = "pause"  # nothing of this account until a probe gets through
    LOCKED = "locked"  # the key is not taken: nothing of this account, one probe in five minutes


# Two tables: both enums know a "refused", and as strings the two are the same key.
ANSWERS: dict[Delivery, Action] = {
    Delivery.DONE: Action.SENT,
    Delivery.ALREADY: Action.SENT,
    Delivery.REFUSED: Action.REFUSED,
    Delivery.CONTESTED: Action.CONTESTED,
}
ACTIONS: dict[PlatformKind, Action] = {
    PlatformKind.UNREACHABLE: Action.PAUSE,
    PlatformKind.PORTAL: Action.PAUSE,
    PlatformKind.UNAUTHORISED: Action.LOCKED,
    PlatformKind.BUSY: Action.RETRY,
    PlatformKind.NONSENSE: Action.RETRY,
    PlatformKind.NOT_FOUND: Action.CONFIRM,
    PlatformKind.REFUSED: Action.CONFIRM,
    PlatformKind.CONFLICT: Action.CONTESTED,
}

STAYS = frozenset({Action.RETRY, Action.PAUSE, Action.LOCKED})
"""Actions that leave the item in the queue."""


@dataclass(frozen=True, slots=True)
class Try:
    """What is known of an item when its latest try ended. `same_before`: the try before ended with the same code."""

    failures: int = 0  # tries that failed since it was last delivered or restarted
    own_failures: int = 0  # those of them while other items went through
    same_before: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What to do with the item. `wait` in seconds, for items that stay; `reason` a code for people."""

    action: Action
    wait: float = 0.0
    reason: str = ""
    unknown: bool = False  # the try may have reached the platform


def step_after(trouble: PlatformTrouble, tried: Try, chance: random.Random) -> Step:
    """Return what to do with an item whose try ended in this trouble."""
    action = ACTIONS[trouble.kind]
    if action is Action.CONFIRM:
        action = Action.REFUSED if tried.same_before else Action.RETRY
    if action in STAYS and tried.own_failures >= POISON_TRIES:
        return Step(Action.REFUSED, reason="poison", unknown=trouble.outcome_unknown)
    wait = delay(tried.failures, trouble.retry_after, chance)
    if trouble.outcome_unknown:
        wait = max(wait, LATE_SECONDS)
    return Step(action, wait, trouble.code, trouble.outcome_unknown)


def delay(failures: int, retry_after: float | None, chance: random.Random) -> float:
    """Return the seconds to wait: full jitter, doubled per failure up to a minute, never less than was asked for."""
    jitter = chance.uniform(0.0, min(CAP_SECONDS, BASE_SECONDS * 2.0 ** min(failures, 16)))
    if retry_after is None:
        return jitter
    return min(max(retry_after, 0.0), RETRY_AFTER_CAP) + chance.uniform(0.0, BASE_SECONDS)
