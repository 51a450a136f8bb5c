"""What a platform can be asked for just now, and why not the rest. Needs no Qt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scanner_app.application.events import Status
from scanner_app.application.ports import Can, Capabilities, Connection
from scanner_app.ui import texts

LATER = frozenset({Can.VOID, Can.RESTORE, Can.RECORD})
"""What waits in the outbox while there is no network."""
HERE = frozenset({Can.LINKS})
"""What needs no network at all."""
AWAY = frozenset({Connection.OFFLINE, Connection.UNAUTHORISED})


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing to ask for. `why`: the code of why not, '' when it can be done."""

    what: Can
    why: str = ""


def offer(what: Can, capabilities: Capabilities, status: Status, account: str) -> Offer:
    """Return whether an account does something now."""
    if what not in capabilities.can:
        reason = capabilities.missing.get(what, "")
        return Offer(what, f"settings_cannot_{reason}" if reason else "account_unusable")
    away = any(a.account == account and a.connection in AWAY for a in status.accounts)
    return Offer(what, "platform_unreachable" if away and what not in LATER | HERE else "")


def why_not(offers: Sequence[tuple[str, Offer]]) -> str:
    """Return one sentence for each reason, with the names of all that it keeps away."""
    by_reason: Mapping[str, list[str]] = defaultdict(list)
    for name, one in offers:
        if one.why:
            by_reason[one.why].append(name)
    said = (texts.word("cannot", what=", ".join(names), why=texts.sentence(why)) for why, names in by_reason.items())
    return " ".join(said)
