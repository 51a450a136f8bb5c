"""The calls of PassKit's REST gateway that a door or its office makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from scanner_app.domain.errors import PlatformCause, PlatformKind, PlatformTrouble
from scanner_app.platforms.fields import an_object, text, whole
from scanner_app.platforms.http import Http, Reply
from scanner_app.platforms.passkit.token import NOISE, Mint
from scanner_app.platforms.strict_json import Json, decode, nonsense

DEADLINE = 10.0
CHECK = 2.0
"""Seconds for the probe: a dead network is shown within them (reliability.md, O3)."""
PAGE = 100
UNMAPPED = 501


class Kind(StrEnum):
    """What PassKit issues, and what its classes are called."""

    TICKET = "ticket"  # of a production
    COUPON = "coupon"  # of a campaign
    MEMBER = "member"  # of a program


LISTS: Mapping[Kind, tuple[str, ...]] = {
    Kind.TICKET: ("eventTickets", "tickets", "list"),
    Kind.COUPON: ("coupon", "singleUse", "coupons", "list"),
    Kind.MEMBER: ("members", "member", "list"),
}
COUNTS: Mapping[Kind, tuple[str, ...]] = {
    Kind.TICKET: ("eventTickets", "tickets", "count"),
    Kind.COUPON: ("coupon", "singleUse", "coupons", "count"),
    Kind.MEMBER: ("members", "count"),
}
CLASSES: Mapping[Kind, tuple[str, ...]] = {
    Kind.TICKET: ("eventTickets", "productions"),
    Kind.COUPON: ("coupon", "singleUse", "campaigns", "list"),
    Kind.MEMBER: ("members", "programs", "list"),
}
ONE: Mapping[Kind, tuple[str, ...]] = {
    Kind.TICKET: ("eventTickets", "ticket"),
    Kind.COUPON: ("coupon", "singleUse", "coupon"),
    Kind.MEMBER: ("members", "member"),
}
BY_ID: Mapping[Kind, tuple[str, ...]] = {
    Kind.TICKET: ("eventTickets", "ticket", "id"),
    Kind.COUPON: ("coupon", "singleUse", "coupon"),
    Kind.MEMBER: ("members", "member", "id"),
}
BY_EXTERNAL: Mapping[Kind, tuple[str, ...]] = {
    Kind.COUPON: ("coupon", "singleUse", "coupon", "externalId"),
    Kind.MEMBER: ("members", "member", "externalId"),
}


class Calls:
    """The calls, on one account's connection."""

    def __init__(self, http: Http, mint: Mint) -> None:
        self._http, self._mint = http, mint

    def ask(
        self,
        method: str,
        path: Sequence[str],
        body: Json = None,
        *,
        params: Mapping[str, str] | None = None,
        deadline: float = DEADLINE,
    ) -> Reply:
        """Make one call; a token refused for a clock that the answer just put right is made once more."""
        before = self._mint.offset
        try:
            return self._http.request(method, path, params=params, body=body, deadline=deadline)
        except PlatformTrouble as trouble:
            if trouble.kind is not PlatformKind.UNAUTHORISED:
                raise
            if abs(self._mint.offset - before) <= NOISE:
                raise _diagnosed(trouble, self._mint.offset) from None
        return self._http.request(method, path, params=params, body=body, deadline=deadline)

    def lines(self, path: Sequence[str], body: Json, deadline: float = DEADLINE) -> tuple[list[Json], datetime | None]:
        """Return the results of a newline-delimited list. One line of error, anywhere, and the list is not whole."""
        reply = self.ask("POST", path, body, deadline=deadline)
        return [_result(line) for line in reply.body.splitlines() if line.strip()], reply.date

    def one(self, path: Sequence[str], *, deadline: float, params: Mapping[str, str] | None = None) -> Reply | None:
        """Return one message, None if there is none."""
        try:
            return self.ask("GET", path, params=params, deadline=deadline)
        except PlatformTrouble as trouble:
            if trouble.kind is PlatformKind.NOT_FOUND or trouble.status == UNMAPPED:
                return None  # a value that the gateway can route nowhere names nothing
            raise

    def listed(self, kind: Kind, owner: str, filters: Json) -> tuple[list[Json], datetime | None]:
        """Return the messages of a class that pass the filters."""
        if kind is Kind.TICKET:
            return self.lines(LISTS[kind], {"productionId": owner, "filters": filters})
        return self.lines([*LISTS[kind], owner], {"filters": filters})

    def counted(self, kind: Kind, owner: str, filters: Json) -> int | None:
        """Return how many messages of a class pass the filters."""
        path = COUNTS[kind] if kind is Kind.TICKET else [*COUNTS[kind], owner]
        body = {"filters": filters} | ({"productionId": owner} if kind is Kind.TICKET else {})
        return whole(an_object(self.ask("POST", path, body).json(), "count"), "total")

    def classes(self, kind: Kind) -> list[tuple[str, str]]:
        """Return id and name of the productions, campaigns or programs; [] where the account has no such product."""
        try:
            found, _ = self.lines(CLASSES[kind], {"filters": {"limit": -1}, "limit": -1})
        except PlatformTrouble as trouble:
            if trouble.status == UNMAPPED:
                return []
            raise
        rows = [an_object(each, "class") for each in found]
        return [(text(row, "id"), text(row, "name")) for row in rows if text(row, "id")]


def _result(line: bytes) -> Json:
    found = an_object(decode(line), "line")
    if "error" in found:
        told = found["error"]
        said = text(told, "message") if isinstance(told, dict) else str(told)
        raise PlatformTrouble(PlatformKind.BUSY, f"the list broke off: {said[:100]}")
    if "result" not in found:
        raise nonsense("a line without result")
    return found["result"]


def _diagnosed(trouble: PlatformTrouble, offset: float) -> PlatformTrouble:
    """Say plainly when a clock is the reason: people look for a wrong key for days."""
    told = trouble.detail.lower()
    if "issued" not in told and "expired" not in told:
        return trouble
    by = f"ours is {abs(offset):.0f} s {'behind' if offset > 0 else 'ahead'}: " if offset else ""
    return PlatformTrouble(trouble.kind, f"{by}{trouble.detail}", status=trouble.status, cause=PlatformCause.CLOCK)
