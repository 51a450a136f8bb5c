"""PassEntry's box office: names and values as typed, made into what seed 002 calls them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from scanner_app.application.ports import Issued
from scanner_app.domain.errors import PlatformKind, PlatformTrouble, SettingsTrouble
from scanner_app.platforms.fields import a_list, an_object
from scanner_app.platforms.passentry.office import Action, Office, Points, Wishes
from scanner_app.platforms.strict_json import Json
from scanner_app.platforms.typed import typed_flag

EXT_ID = "extId"
OF_THE_PASS = ("expiresAt", "nfcEnabled", "nfc", "barcode", "templateOverride")
"""What stands beside the fields on the wire, and may be typed there too."""
ACTIONS = {"deactivate": True, "reactivate": False}


class PassEntryCounter:
    """Implements `ports.Counter`. A pass is named by its uuid or its extId."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def create(self, template: str, values: Mapping[str, object]) -> Issued:
        """Make a pass. No part of it: `extId`, and `includePassSource` (apple, google), which is answered as `file`."""
        rest = dict(values)
        if "passAction" in rest:
            raise SettingsTrouble("option_invalid", "passAction: a new pass is good")
        ext_id = str(rest.pop(EXT_ID, ""))
        source = str(rest.pop("includePassSource", ""))
        made = self._office.create(template, wishes(rest), ext_id, source)
        return Issued(made.uid, made.barcode, made.page, made.source, made.ext_id, made.notified)

    def update(self, name: str, values: Mapping[str, object]) -> str:
        """Change what is named; return what became of a message among it."""
        return self._office.update(name, wishes(values)).notified

    def mark(self, name: str, *, voided: bool) -> None:
        """Deactivate a pass, or take that back."""
        self._office.mark(name, voided=voided)

    def delete(self, name: str) -> None:
        """Nullify a pass: nothing in this contract is more final."""
        self._office.nullify(name)

    def push(self, name: str, words: str) -> str:
        """Send a message; return what the platform says became of it."""
        if not words.strip():
            raise PlatformTrouble(PlatformKind.REFUSED, "push_text", sent=False)
        return self._office.update(name, Wishes(message=words)).notified or "sent"


def wishes(values: Mapping[str, object]) -> Wishes:
    """Return what a pass is to become. Names that the contract does not know are fields of the pass.

    SettingsTrouble names what cannot be: nothing of it comes from the platform.
    """
    nothing = [name for name, value in values.items() if value is None]
    if nothing:
        raise SettingsTrouble("option_invalid", f"{nothing[0]}: null")
    try:
        return _wishes(dict(values))
    except PlatformTrouble as trouble:
        raise SettingsTrouble("option_invalid", trouble.detail) from trouble


def _wishes(rest: dict[str, Json]) -> Wishes:
    inner = dict(an_object(rest.pop("pass", None), "pass"))
    rest = {name: inner.pop(name) for name in OF_THE_PASS if name in inner} | rest
    nfc = rest.pop("nfcEnabled", None)
    return Wishes(
        message=_text(rest.pop("message", None)),
        expires=_moment(rest.pop("expiresAt", None)),
        nfc=None if nfc is None else typed_flag("nfcEnabled", nfc),
        barcode=_object(rest.pop("barcode", None), "barcode"),
        template_override=_texts(rest.pop("templateOverride", None)),
        locations=_points(rest.pop("locations", None), "location"),
        beacons=_points(rest.pop("beacons", None), "beacon"),
        tags=_list(rest.pop("tags", None)),
        group_tag=_text(rest.pop("groupTag", None)),
        tag=_text(rest.pop("tag", None)),
        tap=_object(rest.pop("nfc", None), "nfc"),
        voided=_action(rest.pop("passAction", None)),
        pass_type=str(rest.pop("passType", "")),
        fields={name: _field(name, value) for name, value in {**inner, **rest}.items()} or None,
    )


def _field(name: str, value: Json) -> str:
    """Return what a field is to show; the contract writes it in two ways, plainly and as an object with a value."""
    plain = value["value"] if isinstance(value, dict) and set(value) == {"value"} else value
    if isinstance(plain, bool) or not isinstance(plain, str | int | float | Decimal):
        raise SettingsTrouble("option_invalid", f"{name}: {plain}")
    return str(plain)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        read = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise SettingsTrouble("option_invalid", f"expiresAt: {value}") from error
    if read.tzinfo is None:
        raise SettingsTrouble("option_invalid", f"expiresAt without an offset: {value}")
    return read


def _action(value: object) -> bool | None:
    if value is None:
        return None
    if value not in ACTIONS:
        raise SettingsTrouble("option_invalid", f"passAction: {value}")
    return ACTIONS[str(value)]


def _object(value: Json, name: str) -> dict[str, Json] | None:
    return None if value is None else an_object(value, name)


def _texts(value: Json) -> dict[str, str] | None:
    found = _object(value, "templateOverride")
    return None if found is None else {name: str(each) for name, each in found.items()}


def _list(value: Json) -> list[str] | None:
    if isinstance(value, str):
        return [tag.strip() for tag in value.split(",") if tag.strip()]
    return None if value is None else [str(each) for each in a_list(value, "tags")]


def _points(value: Json, kind: str) -> Points | None:
    """Return locations or beacons: a list as it is created, or `{"data": [...], "locationActions": {...}}`."""
    if value is None or isinstance(value, list):
        return None if value is None else Points([an_object(each, kind) for each in value])
    whole, name = an_object(value, f"{kind}s"), f"{kind}Actions"
    data = [an_object(each, kind) for each in a_list(whole.get("data"), "data")]
    actions = an_object(whole.get(name), name)
    if not set(whole) <= {"data", name} or len(actions) > 1:
        raise SettingsTrouble("option_invalid", f"{kind}s: {', '.join([*whole, *actions])}")
    return _acted(name, data, *next(iter(actions.items()))) if actions else Points(data)


def _acted(name: str, data: list[dict[str, Json]], action: str, value: Json) -> Points:
    """Return what is to be done to all at once; only `delete` has a list of its own."""
    if action == Action.DELETE.value and not data:
        return Points([an_object(each, name) for each in a_list(value, action)], Action.DELETE)
    if action not in (Action.DELETE_ALL.value, Action.REPLACE_ALL.value) or value is not True:
        raise SettingsTrouble("option_invalid", f"{name}: {action}")
    return Points(data, Action(action))
