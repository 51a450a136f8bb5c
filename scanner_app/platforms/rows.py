"""The passes of a list: one that cannot be read stops itself, not the list."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.domain.passes import IdentifierKind, Pass

Row = TypeVar("Row")

log = logging.getLogger(__name__)

FEW = 2
MOST_UNREAD = 0.2
"""More of a list than a few passes, and than this share of it, cannot be read: then it is not this platform's list."""


def read_rows(rows: Iterable[Row], read: Callable[[Row], Pass], bar: Callable[[Row], Pass]) -> tuple[Pass, ...]:
    """Return the passes of a list. `read` asks nobody: what an answer on the way could not say is no pass's own fault.

    `bar` returns what is sure of a pass that cannot be read, or raises PlatformTrouble(NONSENSE) itself.
    """
    found: list[Pass] = []
    unread: list[PlatformTrouble] = []
    for row in rows:
        try:
            one = read(row)
        except PlatformTrouble as trouble:
            if trouble.kind is not PlatformKind.NONSENSE:
                raise
            one = bar(row)
            unread.append(trouble)
            log.warning("pass %s of %s cannot be read: %s", one.uid, one.account, trouble.detail)
        found.append(one)
    if len(unread) > max(FEW, MOST_UNREAD * len(found)):
        raise unread[0]
    return tuple(found)


def barred(
    account: str,
    platform: str,
    identifiers: Mapping[IdentifierKind, str],
    template: str,
    seen_at: datetime | None,
    template_name: str = "",
) -> Pass:
    """Return a pass that admits nobody by itself: whoever can ask the platform about it asks before it is refused."""
    return Pass(
        account,
        platform,
        identifiers[IdentifierKind.UID],
        template=template,
        template_name=template_name,
        identifiers={kind: name for kind, name in identifiers.items() if name},
        voided=True,
        seen_at=seen_at,
        partial=True,
    )
