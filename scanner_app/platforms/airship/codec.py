"""Airship's passes, in each of the ways they are written (seed 004), and the tags this door leaves on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from scanner_app.domain.credential import storable
from scanner_app.domain.errors import PlatformTrouble
from scanner_app.domain.passes import Direction, IdentifierKind, Pass, Use, by_time
from scanner_app.domain.place import Policy
from scanner_app.domain.scan import Operation
from scanner_app.platforms.fields import Object, a_list, an_object, instant, needed, text
from scanner_app.platforms.names import holder
from scanner_app.platforms.strict_json import Json

VOIDED = "voided"
LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Reading:
    """How one account's passes are read."""

    account: str
    holder_fields: Sequence[str] = ()
    names: tuple[tuple[str, str], ...] = ()  # template id, name


def read_pass(value: Json, reading: Reading, seen_at: datetime | None) -> Pass:
    """Return one pass as a GET shows it."""
    found = an_object(value, "pass")
    headers = an_object(found.get("headers"), "headers")
    expiry = an_object(headers.get("expirationDate"), "expirationDate")
    fields = _fields(found)
    uses = tuple(sorted((use for tag in _tags(found) if (use := read_tag(tag))), key=by_time))
    voided = text(expiry, "label").lower() == VOIDED
    return Pass(
        reading.account,
        "airship",
        needed(found, "id"),
        template=text(found, "templateId"),
        template_name=dict(reading.names).get(text(found, "templateId"), ""),
        identifiers=_identifiers(found, headers),
        holder=holder(fields, reading.holder_fields),
        fields=fields,
        voided=voided,
        redeemed=voided and bool(uses),
        expires=instant(expiry, "value"),
        uses=uses,
        created=instant(found, "createdAt"),
        modified=instant(found, "updatedAt"),
        seen_at=seen_at,
    )


def _identifiers(found: Object, headers: Object) -> dict[IdentifierKind, str]:
    known = {
        IdentifierKind.UID: needed(found, "id"),
        IdentifierKind.EXTERNAL_ID: text(found, "externalId"),
        IdentifierKind.BARCODE: _value(headers.get("barcode_value")),
        IdentifierKind.NFC: text(an_object(found.get("nfc"), "nfc"), "message"),
    }
    return {kind: value for kind, value in known.items() if value}


def _fields(found: Object) -> dict[str, str]:
    """`fields` as a GET names them, `passFields` as a creation does; numbers come as numbers."""
    own = _named(found.get("fields") or found.get("passFields"))
    read = {name: _value(own[name]) for name in own}
    return {name: value for name, value in read.items() if value and not value.startswith("https://")}


def _named(fields: Json) -> dict[str, Json]:
    """Return fields by name, also where they come as a list of objects that name themselves."""
    if not isinstance(fields, list):
        return an_object(fields, "fields")
    return {text(one, "name"): one for each in fields if (one := an_object(each, "field")).get("name")}


def _value(entry: Json) -> str:
    value = an_object(entry, "field").get("value")
    return text({"value": value if isinstance(value, str | int | None) else str(value)}, "value")


def _tags(found: Object) -> list[str]:
    """Return tag names; they come plain, or as objects."""
    tags = a_list(found.get("tags"), "tags")
    return [text(tag, "name") if isinstance(tag, dict) else text({"tag": tag}, "tag") for tag in tags]


def written_tag(operation: Operation) -> str:
    """Return the tag of an admission: this contract keeps no scans, but tags are set at once and told to all doors."""
    leaving = operation.policy == Policy.IN_OUT.value and operation.direction is Direction.EXIT
    at = operation.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    parts = ["out" if leaving else "in", _plain(operation.place), at, _plain(operation.device), operation.scan_id]
    return "|".join(parts)


def _plain(name: str) -> str:
    return storable(name).replace("|", "/")[:LONGEST_NAME]


def read_tag(tag: str) -> Use | None:
    """Return the use that a tag of this program tells, None for any other tag."""
    parts = tag.split("|")
    if len(parts) != 5 or parts[0] not in ("in", "out"):
        return None
    try:
        at = instant({"at": parts[2]}, "at")
    except PlatformTrouble:
        return None
    direction = Direction.EXIT if parts[0] == "out" else Direction.ENTRY
    return Use(parts[1], at, direction, device=parts[3], scan_id=parts[4]) if at else None
