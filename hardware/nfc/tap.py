"""What came of holding something to the reader: a tap with a value, or a refusal with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Refusal(Enum):
    """Why nothing was taken from what was held to the reader."""

    LOCKED = "locked"
    MUST_CHOOSE = "must_choose"
    TRY_AGAIN = "try_again"
    NO_PASS = "no_pass"  # noqa: S105  a ticket, not a password
    WALLET_OFF = "wallet_off"
    WALLET_REFUSES = "wallet_refuses"
    NOT_AUTHENTICATED = "not_authenticated"
    UNKNOWN_KEY = "unknown_key"
    UNREADABLE = "unreadable"
    UNENCRYPTED = "unencrypted"
    STALE = "stale"
    REPLAYED = "replayed"
    FOREIGN_URI = "foreign_uri"
    HOSTILE_CHARACTERS = "hostile_characters"
    FORGED = "forged"
    UID_NOT_ALLOWED = "uid_not_allowed"
    UID_RANDOM = "uid_random"
    UID_FAKE = "uid_fake"
    UID_NOT_UNIQUE = "uid_not_unique"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Tap:
    """A value read from a card or phone.

    `kind`: vas, smart_tap, ndef_text, ndef_uri, uid or sun. `trust`: wallet, tag, uid or sun; none of them proves more
    than the protocol does (a wallet's value must be an unguessable secret). `ms`: from finding the card to the value.
    `others`: what further passes say that a phone handed over in the same tap; whoever judges chooses one.
    """

    kind: str
    value: str = field(repr=False)
    trust: str
    ms: float = 0.0
    detail: Mapping[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing usable was read; `reason` for the screen, `detail` for the log."""

    reason: Refusal
    detail: str = ""
