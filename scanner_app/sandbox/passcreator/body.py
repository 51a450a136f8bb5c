"""What a create or update request asks for: each parameter read by one rule of one table."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from scanner_app.sandbox.passcreator import boarding
from scanner_app.sandbox.passcreator.template import Template
from scanner_app.sandbox.wire import refuse
from scanner_app.sandbox.zone import BadDateError, CompanyZone

HEX_COLOUR = re.compile(r"#?[0-9a-fA-F]{6}\Z", re.ASCII)
IMAGE = (".png", ".jpg", ".jpeg", ".gif")
NOT_A_PLACE = "The given values have to be part of the validValidationPlaces array of the template"
LOCATION_NUMBERS = {"latitude": 90.0, "longitude": 180.0}


@dataclass
class Wish:
    """Columns and details to set on a pass, and personalised fields by property id."""

    columns: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)


def read(body: dict[str, Any], template: Template, zone: CompanyZone) -> Wish:
    """The wish that a body states; 400 with the contract's words for the first bad value."""
    wish = Wish()
    for name, value in body.items():
        if name in TEXTS:
            wish.details[name] = _text(name, value)
        elif name in RULES:
            RULES[name](wish, name, value, template, zone)
        elif (property_id := template.property_id(name)) is not None:
            wish.fields[property_id] = _text(name, value)
    return wish


def flight(body: dict[str, Any], template: Template, wish: Wish, *, creating: bool, lenient: bool) -> None:
    """Add the boarding fields where the template is a flight's; elsewhere they are not looked at."""
    if template.is_flight:
        wish.details |= boarding.read(body, creating=creating, boarding_time_optional=lenient)


def _text(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        refuse(400, f"The value of {name} must be a string")
    return str(value)


def _barcode(wish: Wish, name: str, value: object, template: Template, zone: CompanyZone) -> None:
    if text := _text(name, value):
        wish.columns["barcode"] = text


def _grouping(wish: Wish, name: str, value: object, template: Template, zone: CompanyZone) -> None:
    if template.grouping and template.pass_type in {"eventTicket", "boardingPass"}:
        wish.details[name] = _text(name, value)


def _image(wish: Wish, name: str, value: object, template: Template, zone: CompanyZone) -> None:
    what = name.removeprefix("urlTo")
    if not _is_image(value):
        refuse(400, f"{what} could not be imported from given URL")
    wish.details[name] = value


def _is_image(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.path.lower().endswith(IMAGE)


def _images(wish: Wish, name: str, value: object, template: Template, zone: CompanyZone) -> None:
    if not isinstance(value, dict) or not all(_is_image(each) for each in value.values()):
        refuse(400, "Background could not be imported from given URL")
    wish.details[name] = value


def _date(column: str | None, called: str) -> Callable[..., None]:
    def read_date(wish: Wish, name: str, value: object, template: Template, zone: CompanyZone) -> None:
        try:
            at = None if value in (None, "") else zone.minutes(value)
        except BadDateError:
            refuse(400, f"{called} was provided in the wrong format")
        if column is None:
            wish.details[name] = at
        else:
            wish.columns[column] = at

    return read_date


def _colour(wish: Wish, name: str, value: object, template: Template, zone: CompanyZone) -> None:
    # Invalid colours are dropped, the template's default stays.
    wish.details[name] = value if isinstance(value, str) and HEX_COLOUR.match(value) else None


def _locations(wish: Wish, name: str, value: object, template: Template, zone: CompanyZone) -> None:
    if not isinstance(value, list) or not all(_is_location(each) for each in value):
        refuse(400, "locations must contain valid coordinates")
    wish.details[name] = value


def _is_location(value: object) -> bool:
    return isinstance(value, dict) and all(
        _is_number(value.get(name)) and abs(value[name]) <= most for name, most in LOCATION_NUMBERS.items()
    )


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _stored_value(wish: Wish, name: str, value: object, template: Template, zone: CompanyZone) -> None:
    wish.columns["stored_value"] = number(name, value)


def number(name: str, value: object) -> float:
    """A finite number, or a 400."""
    if not _is_number(value) or abs(float(value)) > 1e15:  # type: ignore[arg-type]  # _is_number has looked at it
        refuse(400, f"The value of {name} must be a number")
    return float(value)  # type: ignore[arg-type]  # as above


def moment(name: str, value: object, zone: CompanyZone) -> int:
    """Unix seconds of a `Y-m-d H:i` parameter, or a 400."""
    try:
        return zone.minutes(value)
    except BadDateError:
        refuse(400, f"{name} was provided in the wrong format")


def _places(wish: Wish, name: str, value: object, template: Template, zone: CompanyZone) -> None:
    if not isinstance(value, list) or not all(isinstance(each, str) and each in template.places for each in value):
        refuse(400, NOT_A_PLACE)
    wish.columns["eligible"] = list(dict.fromkeys(value))


def _voided(wish: Wish, name: str, value: object, template: Template, zone: CompanyZone) -> None:
    if not isinstance(value, bool):
        refuse(400, "The value of voided must be a boolean")
    wish.columns["voided"] = value


TEXTS = {"barcodeAlternativeText", "emailRecipient", "phoneRecipient", "downloadPin", "bundleId"}
RULES: dict[str, Callable[[Wish, str, object, Template, CompanyZone], None]] = {
    "barcodeValue": _barcode,
    "groupingIdentifier": _grouping,
    "urlToThumbnail": _image,
    "urlToBackground": _image,
    "urlToLogo": _image,
    "localizedBackgroundImages": _images,
    "validAsOfDate": _date("valid_from", "Valid as of date"),
    "expirationDate": _date("expires", "Expiration date"),
    "relevantDate": _date(None, "Relevant date"),
    "labelColor": _colour,
    "foregroundColor": _colour,
    "backgroundColor": _colour,
    "locations": _locations,
    "storedValue": _stored_value,
    "eligibleValidationPlaces": _places,
    "voided": _voided,
}
