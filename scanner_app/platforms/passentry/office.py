"""What an office does with PassEntry passes; limits of seed 002 checked before anything is sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.platforms.fields import an_object, needed, text
from scanner_app.platforms.passentry.calls import Calls
from scanner_app.platforms.passentry.codec import resource
from scanner_app.platforms.strict_json import Json

MOST_POINTS = 10
SMALLEST_RADIUS = 10
LARGEST_RADIUS = {"eventTicket": 1000}
OTHER_RADIUS = 100
INCLUDES: Mapping[str, tuple[str, str, str]] = {
    "design": ("includePassDesign", "true", "passDesign"),
    "locations": ("includeLocations", "true", "locations"),
    "beacons": ("includeBeacons", "true", "beacons"),
    "apple": ("includePassSource", "apple", "passSource"),
    "google": ("includePassSource", "google", "passSource"),
}
"""What an answer holds only when it is asked for: its parameter, the value, the attribute it comes as (seed 002)."""
SOURCES = frozenset({"apple", "google"})
NOTIFIED = "x-notification-status"
"""The header that says what became of a message that went along."""


class Action(StrEnum):
    """One thing done to all locations, or all beacons, at once."""

    DELETE = "delete"
    DELETE_ALL = "deleteAll"
    REPLACE_ALL = "replaceAll"


@dataclass(frozen=True, slots=True)
class Points:
    """Locations or beacons as on the wire, and what is to be done with them; without an action they are merged."""

    data: Sequence[Mapping[str, Json]] = ()
    action: Action | None = None

    def body(self, kind: str, *, creating: bool) -> Json:
        """Return the wire form of "locations" or "beacons"."""
        if len(self.data) > MOST_POINTS:
            raise _forbidden("points_count")
        if creating:
            if self.action:
                raise _forbidden("points_action")
            return [dict(each) for each in self.data]
        if self.action is None:
            return {"data": [dict(each) for each in self.data]}
        name = f"{kind[:-1]}Actions"
        if self.action is Action.DELETE:
            return {"data": [], name: {"delete": [dict(each) for each in self.data]}}
        if self.action is Action.DELETE_ALL and self.data:
            raise _forbidden("points_not_empty")
        return {"data": [dict(each) for each in self.data], name: {self.action.value: True}}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a pass is to become. None leaves a thing as it is."""

    fields: Mapping[str, str] | None = None
    message: str | None = None
    expires: datetime | None = None
    nfc: bool | None = None
    barcode: Mapping[str, Json] | None = None
    template_override: Mapping[str, str] | None = None
    locations: Points | None = None
    beacons: Points | None = None
    tags: Sequence[str] | None = None
    group_tag: str | None = None
    tag: str | None = None  # what newer pages of the vendor call the group tag
    tap: Mapping[str, Json] | None = None  # what a tap carries: enabled, source, customValue
    voided: bool | None = None  # deactivate or reactivate
    pass_type: str = ""

    def body(self, *, creating: bool) -> dict[str, Json]:
        """Return the request body; raise PlatformTrouble for what the contract forbids."""
        whole: dict[str, Json] = {"pass": self._pass()}
        for kind, points in (("locations", self.locations), ("beacons", self.beacons)):
            if points is not None:
                self._check_radius(points)
                whole[kind] = points.body(kind, creating=creating)
        whole |= {"message": self.message, "groupTag": self.group_tag, "tag": self.tag}
        whole["tags"] = None if self.tags is None else list(self.tags)
        whole["passAction"] = None if self.voided is None else _action(voided=self.voided)
        said = {key: value for key, value in whole.items() if value is not None}
        return said if said["pass"] or creating else {key: value for key, value in said.items() if key != "pass"}

    def _pass(self) -> dict[str, Json]:
        found: dict[str, Json] = dict(self.fields or {})
        if self.expires is not None:
            found["expiresAt"] = self.expires.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        named = {"nfcEnabled": self.nfc, "nfc": self.tap, "barcode": self.barcode}
        named |= {"templateOverride": self.template_override}
        return found | {key: value for key, value in named.items() if value is not None}

    def _check_radius(self, points: Points) -> None:
        largest = LARGEST_RADIUS.get(self.pass_type, OTHER_RADIUS if self.pass_type else 1000)
        for each in points.data:
            radius = each.get("maxDistance", each.get("radius"))
            if radius is None:
                continue
            number = isinstance(radius, int | float) and not isinstance(radius, bool)
            if not number or not SMALLEST_RADIUS < radius <= largest:
                raise _forbidden("radius")


@dataclass(frozen=True, slots=True)
class Issued:
    """A pass as made or changed. `notified`: what became of the message, '' where none was sent.

    `barcode`: the text it carries, '' where none is told. `source`: the wallet's own pass where it was asked for,
    base64 of a .pkpass or Google's address.
    """

    uid: str
    ext_id: str
    status: str
    page: str
    notified: str = ""
    source: str = ""
    barcode: str = ""


class Office:
    """The calls that no door needs."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def show(self, key: str, wanted: Collection[str]) -> dict[str, Json]:
        """Return what a pass has of INCLUDES, by the contract's names; a pass in a wallet shows no source any more."""
        reply = self._calls.show(key, params=_included(wanted))
        said = an_object(resource(reply.json()).get("attributes"), "attributes")
        names = dict.fromkeys(INCLUDES[each][2] for each in wanted)
        return {name: said[name] for name in names if said.get(name)}

    def create(self, template: str, wishes: Wishes, ext_id: str = "", source: str = "") -> Issued:
        """Make a pass. An extId must be free among active passes. `source`: whose wallet's pass is wanted at once."""
        params = {"passTemplate": template} | ({"extId": ext_id} if ext_id else {})
        params |= _included([source]) if source else {}
        reply = self._calls.create(params, wishes.body(creating=True))
        return _issued(reply.json(), reply.headers.get(NOTIFIED, ""))

    def update(self, key: str, wishes: Wishes) -> Issued:
        """Change what is named; with a message, `notified` tells what became of it."""
        reply = self._calls.update(key, wishes.body(creating=False))
        return _issued(reply.json(), reply.headers.get(NOTIFIED, ""))

    def mark(self, key: str, *, voided: bool) -> None:
        """Deactivate a pass, or take that back."""
        self._calls.update(key, {"passAction": _action(voided=voided)}).json()

    def nullify(self, key: str) -> None:
        """Free a pass's extId; cannot be undone."""
        self._calls.nullify(key).json()

    def reissue(self, ext_id: str, template: str, wishes: Wishes, *, keep_old: bool = False) -> Issued:
        """Replace a pass by either pattern of seed 000: the extId moves to a new pass, or the old pass stays good."""
        if keep_old:
            return self.create(template, wishes)
        self.nullify(ext_id)
        return self.create(template, wishes, ext_id)


def _action(*, voided: bool) -> str:
    return "deactivate" if voided else "reactivate"


def _issued(value: Json, notified: str = "") -> Issued:
    found = resource(value)
    said = an_object(found.get("attributes"), "attributes")
    source = an_object(said.get("passSource"), "passSource")
    wallet = next((text(source, name) for name in sorted(SOURCES) if source.get(name)), "")
    named = (text(said, "extId"), text(said, "status"), text(said, "downloadUrl"))
    barcode = text(an_object(said.get("barcode"), "barcode"), "value")
    return Issued(needed(found, "id"), *named, notified, wallet, barcode)


def _included(wanted: Collection[str]) -> dict[str, str]:
    if not set(wanted) <= set(INCLUDES) or set(wanted) >= SOURCES:
        raise _forbidden("include")
    return {INCLUDES[each][0]: INCLUDES[each][1] for each in wanted}


def _forbidden(what: str) -> PlatformTrouble:
    return PlatformTrouble(PlatformKind.REFUSED, what, sent=False)
