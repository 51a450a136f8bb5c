"""Passcreator's common data format (seed 001, "Read a Pass") as a Pass."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from scanner_app.domain.passes import IdentifierKind, Pass, Use, by_time
from scanner_app.platforms.fields import a_list, an_object, flag, needed, number, text, texts
from scanner_app.platforms.names import holder
from scanner_app.platforms.passcreator.boarding import BOARDING_KEYS
from scanner_app.platforms.rows import barred, read_rows
from scanner_app.platforms.strict_json import Json, nonsense
from scanner_app.platforms.zones import to_utc

LANGUAGE = re.compile(r"^https?://[^/]+/([a-z]{2})/p/")


@dataclass(frozen=True, slots=True)
class Reading:
    """How one account's passes are read: its zone, and which of its own fields hold what. Names, not ids."""

    account: str
    zone: ZoneInfo
    holder_fields: Sequence[str] = ()
    notes_field: str = ""
    entries_field: str = ""
    nfc_field: str = ""
    names: Mapping[str, str] = field(default_factory=dict)  # field id -> name


def read_pass(value: Json, reading: Reading, seen_at: datetime | None) -> Pass:
    """Return one pass; raise PlatformTrouble(NONSENSE) when it is not one."""
    found = an_object(value, "pass")
    fields = _fields(found, reading)
    zone = reading.zone
    entries = number(fields, reading.entries_field) if reading.entries_field else None
    return Pass(
        reading.account,
        "passcreator",
        needed(found, "identifier"),
        template=text(found, "passTemplateGuid"),
        template_name=text(found, "passTemplateName"),
        identifiers=_identifiers(found, fields, reading),
        holder=holder(fields, reading.holder_fields),
        fields=fields,
        voided=flag(found, "voided"),
        redeemed=flag(found, "redeemed"),
        # A later start and an earlier end in an hour that comes twice: never valid longer than meant.
        valid_from=to_utc(text(found, "validAsOfDate") or text(found, "validAsOf"), zone, later=True),
        expires=to_utc(text(found, "expirationDate"), zone),
        eligible_places=texts(found, "eligiblePlaces"),
        partial="eligiblePlaces" not in found or "placesUsedAt" not in found,  # as the list example of seed 001
        uses=_uses(found),
        entries_allowed=int(entries) if entries is not None else None,
        stored_value=number(found, "storedValue"),
        notes=fields.get(reading.notes_field, ""),
        photo_url=text(found, "thumbnail"),
        locale=_locale(text(found, "linkToPassPage")),
        created=to_utc(text(found, "createdOn"), zone),
        modified=to_utc(text(found, "modifiedOn"), zone),
        seen_at=seen_at,
    )


def read_passes(value: Json, reading: Reading, seen_at: datetime | None) -> tuple[Pass, ...]:
    """Return a list of passes. One that cannot be read is listed as voided: it stops itself, not the list."""
    return read_rows(
        a_list(value, "results"),
        lambda each: read_pass(each, reading, seen_at),
        lambda each: _barred(each, reading, seen_at),
    )


def _barred(value: Json, reading: Reading, seen_at: datetime | None) -> Pass:
    found = an_object(value, "pass")
    known = {IdentifierKind.UID: needed(found, "identifier"), IdentifierKind.BARCODE: text(found, "barcodeValue")}
    template, name = text(found, "passTemplateGuid"), text(found, "passTemplateName")
    return barred(reading.account, "passcreator", known, template, seen_at, name)


def read_mapping(value: Json) -> dict[str, str]:
    """Return `fieldMapping` turned round: field id -> name."""
    mapping = an_object(an_object(value, "pass").get("fieldMapping"), "fieldMapping")
    return {text(mapping, name): text({"name": name}, "name") for name in mapping}


def _identifiers(found: Mapping[str, Json], fields: Mapping[str, str], reading: Reading) -> dict[IdentifierKind, str]:
    known = {
        IdentifierKind.BARCODE: text(found, "barcodeValue"),
        IdentifierKind.UID: needed(found, "identifier"),
        IdentifierKind.EXTERNAL_ID: text(found, "userProvidedId"),
        IdentifierKind.NFC: fields.get(reading.nfc_field, "") if reading.nfc_field else "",
    }
    return {kind: value for kind, value in known.items() if value}


def _fields(found: Mapping[str, Json], reading: Reading) -> dict[str, str]:
    own = an_object(found.get("passFieldData"), "passFieldData")
    named = {reading.names.get(key, key): _field(own, key) for key in own}
    named |= {key: text(found, key) for key in BOARDING_KEYS if found.get(key)}
    return {key: value for key, value in named.items() if value}


def _field(own: Mapping[str, Json], key: str) -> str:
    value = own[key]
    if isinstance(value, bool):
        return "true" if value else "false"
    return text({key: value if isinstance(value, str | int | None) else str(value)}, key)


def _uses(found: Mapping[str, Json]) -> tuple[Use, ...]:
    places = an_object(found.get("placesUsedAt"), "placesUsedAt")
    return tuple(sorted((_use(at, places) for at in places), key=by_time))


def _use(at: str, places: Mapping[str, Json]) -> Use:
    if not re.fullmatch(r"\d{1,11}", at, re.ASCII):
        raise nonsense("placesUsedAt has a key that is no time")
    return Use(text(places, at), datetime.fromtimestamp(int(at), UTC))


def _locale(page: str) -> str:
    found = LANGUAGE.match(page)
    return found.group(1) if found else ""
