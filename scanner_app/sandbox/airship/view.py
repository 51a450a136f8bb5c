"""A pass as the contract shows it: one way when created, another when read."""

import json
from datetime import UTC, datetime
from typing import Any

from scanner_app.sandbox.account import Account
from scanner_app.sandbox.store import Row

# Headers that come from the template, with the kind of field that a read shows.
TEMPLATE_HEADERS = {
    "logo_color": ("topLevel", "rgb(24,86,148)"),
    "icon_image": ("topLevel", "https://example.com/images/default-pass-icon.png"),
    "logo_text": ("topLevel", "Logo"),
    "barcode_encoding": ("barcode", "iso-8859-1"),
    "suppress_strip_shine": ("topLevel", "true"),
    "barcode_label": ("barcode", "Ticket"),
    "barcode_type": ("barcode", "PKBarcodeFormatQR"),
    "foreground_color": ("topLevel", "rgb(255,255,255)"),
    "background_color": ("topLevel", "rgb(0,147,201)"),
}
# The create answer of the seed names field types in capitals, the read answer in camel case.
CREATE_TYPES = {"topLevel": "TOP_LEVEL", "barcode": "BARCODE", "auxiliary": "AUXILIARY", "back": "BACK"}


def old_date(at: float) -> str:
    """`2012-11-01 12:37:07.0`, as in the create answer."""
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%d %H:%M:%S.0")


def iso(at: float | None) -> str | None:
    """`2013-06-19T01:06:23.000Z`, as in the read answer."""
    return None if at is None else datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def header(name: str, given: dict[str, Any]) -> dict[str, Any]:
    """A header as a read shows it."""
    kind, value = TEMPLATE_HEADERS.get(name, ("barcode" if name.startswith("barcode") else "topLevel", ""))
    return _full(kind, {"value": value} | given)


def field(number: int, given: dict[str, Any]) -> dict[str, Any]:
    """A field as a read shows it."""
    return _full("auxiliary", given) | {"order": number, "textAlignment": "textAlignmentNatural"}


def _full(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    base = {"formatType": "String", "changeMessage": None, "fieldType": kind, "value": "", "label": ""}
    return base | given | {"required": False, "hideEmpty": False}


def status(row: Row) -> str:
    """Where the pass is."""
    if row["installed"] is None:
        return "not_been_installed"
    return "installed" if row["uninstalled"] is None else "uninstalled"


def locations(account: Account, row: Row) -> list[dict[str, Any]]:
    """The pass's locations with their ids."""
    found = account.store.rows("SELECT * FROM aw_location WHERE pass=? ORDER BY id", [row["id"]])
    return [{"passLocationId": each["id"], "value": json.loads(each["value_json"])} for each in found]


def download_url(account: Account, row: Row) -> str:
    """Where the pass file is."""
    return f"{account.base_url}/v1/pass/{row['id']}/download"


def short(account: Account, row: Row) -> dict[str, Any]:
    """The pass as a list shows it: without its external id."""
    shown = {
        "id": str(row["id"]),
        "templateId": str(row["template"]),
        "url": download_url(account, row),
        "serialNumber": row["serial"],
        "createdAt": iso(row["created"]),
        "updatedAt": iso(row["updated"]),
        "status": status(row),
        "installedAt": iso(row["installed"]),
        "platform": row["platform"],
    }
    return shown | ({"uninstalledAt": iso(row["uninstalled"])} if row["uninstalled"] else {})


def read(account: Account, row: Row) -> dict[str, Any]:
    """The pass as a GET shows it: ids are strings, headers and fields apart, dates in ISO 8601."""
    headers, fields = json.loads(row["headers_json"]), json.loads(row["fields_json"])
    names = dict.fromkeys([*TEMPLATE_HEADERS, *headers])
    tags = account.store.rows("SELECT name FROM aw_tag WHERE pass=? ORDER BY id", [row["id"]])
    shown = short(account, row) | {
        "tags": [each["name"] for each in tags],
        "headers": {name: header(name, headers.get(name, {})) for name in names},
        "fields": {name: field(number, given) for number, (name, given) in enumerate(fields.items(), 1)},
        "beacons": json.loads(row["beacons_json"]),
        "locations": [each["value"] | {"id": each["passLocationId"]} for each in locations(account, row)],
    }
    shown |= json.loads(row["details_json"])
    return shown | ({"externalId": row["external_id"]} if row["external_id"] else {})


def created(account: Account, row: Row) -> dict[str, Any]:
    """The pass as its creation answers: ids are numbers, headers and fields together, dates with a space."""
    headers, fields = json.loads(row["headers_json"]), json.loads(row["fields_json"])
    merged = {name: header(name, given) for name, given in headers.items()}
    merged |= {name: field(number, given) for number, (name, given) in enumerate(fields.items(), 1)}
    return {
        "id": row["id"],
        "templateId": row["template"],
        "createdAt": old_date(row["created"]),
        "url": download_url(account, row),
        "publicUrl": {
            "path": f"{account.base_url}/v1/download/pass/{row['serial']}",
            "used": False,
            "type": "Single",
            "installs": 0,
        },
        "passFields": {name: each | {"fieldType": CREATE_TYPES[each["fieldType"]]} for name, each in merged.items()},
        "beacons": json.loads(row["beacons_json"]),
        "locations": [
            {name: each["value"].get(name) for name in ("relevantText", "latitude", "longitude")}
            | {"id": each["passLocationId"]}
            for each in locations(account, row)
        ],
    }
