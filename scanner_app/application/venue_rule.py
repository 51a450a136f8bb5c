"""What a kiosk of a venue does alone: the rule that is in force, and what it says of one pass."""

from __future__ import annotations

from enum import StrEnum


class VenueRule(StrEnum):
    """What a kiosk does when the hub has not decided by the deadline. Set per venue; staff see which is in force."""

    OPEN = "open"  # admit what is unused here, capped, reported: cannot be exact
    CLOSED = "closed"  # refuse, send to staff
    RESERVED = "reserved"  # admit only passes whose hash falls into this door's own share: exact while all are alone


class Alone(StrEnum):
    """What the rule says of one pass that no hub decided on."""

    ADMITS = "admits"
    REFUSES = "refuses"  # the rule lets nobody in
    LIMIT = "limit"  # `open`: as many were let in alone, or for as long, as may be
    SHARE = "share"  # `reserved`: the pass is another door's
    SHUT_OUT = "shut_out"  # the hubs refuse this kiosk itself: it is not cut off, it was revoked
    NEWS = "news"  # what other doors did is not on disk in time: it cannot be judged by
