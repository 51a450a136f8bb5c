"""Who may do what at this kiosk: three roles, each including the ones before, and the role that an action asks for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """Who may do what; each includes the ones before."""

    STAFF = "staff"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    """What an administrator may put behind a PIN."""

    TYPE = "type"  # a code typed by hand
    TURN = "turn"  # entry or exit
    LOOK_OFF = "look_off"
    UNDO = "undo"
    UNDO_LATE = "undo_late"
    OVERRIDE = "override"
    CHOOSE = "choose"
    PRESENT = "present"  # somebody found at the help desk
    OFFICE = "office"
    SETTLE = "settle"


ANYBODY = ""
"""In place of a role: no PIN."""
USUAL: Mapping[Action, str] = MappingProxyType(
    {
        Action.TYPE: ANYBODY,
        Action.TURN: ANYBODY,
        Action.LOOK_OFF: Role.STAFF,
        Action.UNDO: ANYBODY,
        Action.UNDO_LATE: Role.SUPERVISOR,
        Action.OVERRIDE: Role.SUPERVISOR,
        Action.CHOOSE: Role.SUPERVISOR,
        Action.PRESENT: Role.STAFF,
        Action.OFFICE: Role.SUPERVISOR,
        Action.SETTLE: Role.SUPERVISOR,
    }
)
"""What each action asks for unless an administrator says otherwise."""
RANKS = (ANYBODY, *Role)


def allowed(action: Action) -> tuple[str, ...]:
    """Return the roles an action may ask for: never less than a supervisor where the rules want one."""
    least = RANKS.index(Role.SUPERVISOR) if USUAL[action] == Role.SUPERVISOR else 0
    return RANKS[least:]


def role_for(action: Action, chosen: Mapping[str, str]) -> str:
    """Return the role that an action asks for; a choice that makes no sense is as none."""
    wanted = chosen.get(action.value, USUAL[action])
    return wanted if wanted in allowed(action) else USUAL[action]


def permits(action: Action, operator: str, chosen: Mapping[str, str]) -> bool:
    """Return whether an operator may: its name begins with the role, as a command may add who it was."""
    rank = max((n for n, role in enumerate(RANKS) if role and operator.startswith(role)), default=0)
    return rank >= RANKS.index(role_for(action, chosen))


def speaker(action: Action, chosen: Mapping[str, str]) -> str:
    """Return in whose name an action is done that was allowed: the role that it asks for, staff where it asks none."""
    return role_for(action, chosen) or Role.STAFF.value
