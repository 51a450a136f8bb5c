"""Everything that is known of one pass."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from scanner_app.application.control import Story
from scanner_app.application.judging import Desk
from scanner_app.application.ports import OutboxItem
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.effective import effective
from scanner_app.domain.passes import Kin, PassKey
from scanner_app.domain.verdict import Verdict


def story(desk: Desk, key: PassKey, look: Callable[[Credential], Verdict]) -> Story | None:
    """Return a pass as it stands, its facts, its reports, its person's other passes; None where it is not held here.

    `look`: what the door would say of it now.
    """
    with closing(desk.clerk.cache_reader()) as cache, closing(desk.clerk.ledger_reader()) as ledger:
        held = cache.get(key)
        others = cache.kin(held) if held else []
        kin = tuple(Kin(*effective(one, ledger.local_facts(one.key))) for one in others)
        facts = tuple(ledger.history(key))
        local = ledger.local_facts(key)
        reports = ledger.outbox_of(key)
    if held is None:
        return None
    subject, uses = effective(held, local)
    preview = look(Credential(key.uid, Symbology.SEARCHED, picked=key.account))
    return Story(subject, uses, facts, tuple(map(_report, reports)), preview, kin)


def _report(item: OutboxItem) -> dict[str, object]:
    return {
        "kind": item.operation.kind.value,
        "state": item.state.value,
        "answer": item.answer,
        "sent_at": item.sent_at.isoformat() if item.sent_at else "",
    }
