"""What a create or update request asks for, and the rules of each part."""

import json
import re
from typing import Any

from scanner_app.sandbox.passentry.passes import moment
from scanner_app.sandbox.store import Row
from scanner_app.sandbox.wire import refuse

MOST_PLACES = 10
HEX_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z", re.ASCII)
SOURCES, SYMBOLOGIES = {"uuid", "extId", "custom"}, {"qr", "code128", "aztec", "pdf417"}
DESIGN_COLOURS = {"backgroundColor", "labelColor", "textColor"}
DESIGN = DESIGN_COLOURS | {"bannerImage", "logo", "thumbnail"}
# Keys by which an entry of each kind is recognised, and what of it may be updated.
KINDS = {
    "locations": (("latitude", "longitude"), ("relevantText", "maxDistance", "name", "message", "radius")),
    "beacons": (("proximityUUID", "major", "minor"), ("relevantText", "name", "message")),
}
SETTINGS = {"expiresAt", "nfc", "nfcEnabled", "barcode", "templateOverride"}


def read(body: dict[str, Any], row: Row, *, creating: bool) -> Row:
    """The columns to set on a pass; 422 for the first bad value."""
    details, content = json.loads(row["details_json"]), json.loads(row["content_json"])
    wish = body.get("pass") or {}
    if not isinstance(wish, dict):
        refuse(422, "pass must be an object")
    changes: Row = {}
    if "expiresAt" in wish:
        changes["expires"] = None if wish["expiresAt"] is None else moment(wish["expiresAt"])
    content |= _fields({name: value for name, value in wish.items() if name not in SETTINGS})
    _settings(wish, details)
    for kind in KINDS:
        if kind in body:
            details[kind] = _places(kind, body[kind], details.get(kind, []), row["pass_type"], creating=creating)
    details |= _tags(body)
    if message := body.get("message"):
        details["latestMessage"] = str(message)
    return changes | {"details_json": json.dumps(details), "content_json": json.dumps(content)}


def _fields(given: dict[str, Any]) -> dict[str, str]:
    plain = {name: value.get("value") if isinstance(value, dict) else value for name, value in given.items()}
    for name, value in plain.items():
        if not isinstance(value, (str, int, float)) or isinstance(value, bool):
            refuse(422, f"{name} must be a string")
    return {name: str(value) for name, value in plain.items()}


def _settings(wish: dict[str, Any], details: dict[str, Any]) -> None:
    if "nfcEnabled" in wish:
        details["nfc"] = {"enabled": bool(wish["nfcEnabled"]), "source": "uuid"}
    for name in ("nfc", "barcode"):
        if name in wish:
            details[name] = _sourced(name, wish[name], details.get(name) or {})
    if "templateOverride" in wish:
        details["design"] = details.get("design", {}) | _design(wish["templateOverride"])


def _sourced(name: str, value: object, before: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(value, dict):
        refuse(422, f"{name} must be an object")
    merged = {"enabled": True, "source": "uuid"} | ({"type": "qr"} if name == "barcode" else {}) | before | value
    if merged["source"] not in SOURCES or merged.get("type", "qr") not in SYMBOLOGIES:
        refuse(422, f"{name} has an unknown source or type")
    return merged


def _design(value: object) -> dict[str, Any]:
    if not isinstance(value, dict) or not set(value) <= DESIGN:
        refuse(422, f"templateOverride takes {', '.join(sorted(DESIGN))}")
    for name in DESIGN_COLOURS & set(value):
        if not HEX_COLOUR.match(str(value[name])):
            refuse(422, f"{name} must be a valid hex color code")
    return value


def _tags(body: dict[str, Any]) -> dict[str, Any]:
    if isinstance(body.get("tags"), list):
        return {"tags": [str(each) for each in body["tags"]]}
    tag = body.get("tag") or body.get("groupTag")
    return {"tags": [str(tag)]} if tag else {}


def _places(kind: str, given: Any, before: list[Row], pass_type: str, *, creating: bool) -> list[Row]:
    """The entries after the request: set on create; on update one action at a time (delete, delete all, replace)."""
    actions_name = f"{kind[:-1]}Actions"
    data, actions = (given, {}) if isinstance(given, list) else (given.get("data", []), given.get(actions_name) or {})
    if creating and actions:
        refuse(422, f"{actions_name} must be called using method PATCH")
    if len(actions) > 1:
        refuse(422, "Only one action at a time")
    entries = [_entry(kind, each, pass_type) for each in data]
    merged = _act(kind, actions, before, entries)
    if len(merged) > MOST_PLACES:
        refuse(422, f"Maximum of {MOST_PLACES} {kind} per pass")
    return merged


def _act(kind: str, actions: dict[str, Any], before: list[Row], entries: list[Row]) -> list[Row]:
    if actions.get("deleteAll") and entries:
        refuse(422, "Data array must be empty")
    if actions.get("deleteAll"):
        return []
    if actions.get("replaceAll"):
        return entries
    if "delete" in actions:
        gone = {_key(kind, each) for each in actions["delete"]}
        return [each for each in before if _key(kind, each) not in gone]
    return _merge(kind, before, entries)


def _merge(kind: str, before: list[Row], entries: list[Row]) -> list[Row]:
    merged = {_key(kind, each): each for each in before}
    for each in entries:
        known = merged.get(_key(kind, each))
        kept = {name: each[name] for name in KINDS[kind][1] if name in each}
        merged[_key(kind, each)] = known | kept if known else each
    return list(merged.values())


def _key(kind: str, entry: Any) -> tuple[Any, ...]:
    if not isinstance(entry, dict):
        refuse(422, f"{kind} must hold objects")
    return tuple(entry.get(name, entry.get("uuid") if name == "proximityUUID" else None) for name in KINDS[kind][0])


def _entry(kind: str, entry: Any, pass_type: str) -> Row:
    if None in _key(kind, entry):
        refuse(422, f"{kind} need {', '.join(KINDS[kind][0])}")
    distance, most = entry.get("maxDistance", entry.get("radius")), {"eventTicket": 1000}.get(pass_type, 100)
    if distance is not None and not (isinstance(distance, (int, float)) and 10 < distance <= most):
        refuse(422, f"maxDistance must be above 10 and at most {most}")
    return dict(entry)
