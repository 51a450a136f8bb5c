"""What an office does with PassKit passes."""

from __future__ import annotations

from collections.abc import Mapping

from scanner_app.domain.errors import PlatformCause, PlatformKind, PlatformTrouble
from scanner_app.platforms.fields import an_object, needed
from scanner_app.platforms.passkit.calls import ONE, Calls, Kind
from scanner_app.platforms.strict_json import Json

CLASS_KEYS = {Kind.COUPON: "campaignId", Kind.MEMBER: "programId"}
ID_KEYS = {Kind.TICKET: "ticketId", Kind.COUPON: "id", Kind.MEMBER: "id"}


class Office:
    """The calls that no door needs. Values are the contract's own JSON (camelCase, RFC 3339)."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def create(self, kind: Kind, owner: str, values: Mapping[str, Json]) -> str:
        """Make a ticket, coupon or member; return its id. PlatformTrouble because of TAKEN: its number is another's."""
        if kind is Kind.TICKET:
            body = {"event": {"production": {"id": owner}}, **values}
        else:
            body = {CLASS_KEYS[kind]: owner, **values}
        return self._id("POST", kind, body)

    def update(self, kind: Kind, uid: str, values: Mapping[str, Json]) -> None:
        """Change what is named."""
        self._id("PUT", kind, {"id": uid, **values})

    def spend(self, kind: Kind, uid: str) -> None:
        """Redeem a ticket without a scan, void a coupon; neither can be undone."""
        if kind is Kind.TICKET:
            body: dict[str, Json] = {"ticket": {"ticketId": uid}, "redemptionDetails": {"redemptionReference": "void"}}
            self._calls.ask("PUT", ["eventTickets", "ticket", "redeem"], body)
        else:
            self.delete(kind, uid)

    def delete(self, kind: Kind, uid: str) -> None:
        """Delete a ticket or member, void a coupon; neither can be undone."""
        self._calls.ask("DELETE", ONE[kind], {ID_KEYS[kind]: uid})

    def redeem_order(self, production: str, order: str, reference: str) -> None:
        """Redeem every ticket of an order."""
        body = {
            "productionId": production,
            "orderNumber": order,
            "redemptionDetails": {"redemptionReference": reference},
        }
        self._calls.ask("PUT", ["eventTickets", "tickets", "orderNumber", "redeem"], body).json()

    def link(self, url: str, fields: Mapping[str, str]) -> str:
        """Return a SmartPass Link made by the platform."""
        body = {"projectDistributionUrl": {"url": url}, "fields": dict(fields)}
        return needed(an_object(self._calls.ask("POST", ["distribution", "smartpasslink"], body).json(), "link"), "url")

    def _id(self, method: str, kind: Kind, body: Mapping[str, Json]) -> str:
        try:
            reply = self._calls.ask(method, ONE[kind], dict(body))
        except PlatformTrouble as trouble:
            if trouble.kind is not PlatformKind.CONFLICT:
                raise
            raise PlatformTrouble(
                trouble.kind, trouble.detail, status=trouble.status, cause=PlatformCause.TAKEN
            ) from None
        return needed(an_object(reply.json(), "answer"), "id")
