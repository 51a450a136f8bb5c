"""A pass as the contract shows it (the common data format of all answers)."""

import json
from typing import Any
from urllib.parse import quote

from scanner_app.sandbox.account import Account
from scanner_app.sandbox.passcreator.boarding import BOARDING_FIELDS
from scanner_app.sandbox.passcreator.template import Template
from scanner_app.sandbox.store import Row

# The fields that the seed's list example does not show although its text promises them.
OMITTED_IN_LISTS = ("lastUsage", "storedValue", "eligiblePlaces", "placesUsedAt", "downloadPin", "bundleId")


def link_to_page(account: Account, template: Template, link: str) -> str:
    """The download page; some templates have a language in it, others have not (both occur in the seed)."""
    return f"{account.base_url}/{'en/' if template.localized_page else ''}p/{link}"


def is_expired(row: Row, now: int) -> bool:
    """True once the expiration date has come."""
    return row["expires"] is not None and row["expires"] <= now


def stored_value(value: float) -> int | float:
    """Whole values come without a fraction, as in the seed (7, 0)."""
    return int(value) if value.is_integer() else value


def show(account: Account, row: Row, template: Template) -> dict[str, Any]:
    """The pass as every reading endpoint returns it.

    validAsOfDate is an assumption of this sandbox: the contract names it for create and update only.
    """
    zone, details, fields = account.zone, json.loads(row["details_json"]), json.loads(row["fields_json"])
    page = link_to_page(account, template, row["link"])
    return {
        "identifier": row["identifier"],
        "uri": f"{account.base_url}/api/pass/{row['identifier']}",
        "generatedId": row["generated_id"],
        "searchString": _search_string(page, fields, row),
        "voided": bool(row["voided"]) or is_expired(row, account.clock.seconds()),
        "redeemed": bool(row["redeemed"]),
        "createdOn": zone.text(row["created"]),
        "modifiedOn": zone.text(row["modified"]),
        "expirationDate": zone.show(row["expires"]),
        "validAsOfDate": zone.show(row["valid_from"]),
        "userProvidedId": row["user_id"],
        "passTemplateGuid": template.id,
        "passTemplateName": template.name,
        "linkToPassPage": page,
        "thumbnail": details.get("urlToThumbnail"),
        "qrCodeImage": f"{account.base_url}/qr/{quote(row['barcode'], safe='')}",
        "barcodeValue": row["barcode"],
        "numberOfActive": row["active"],
        "numberOfInactive": row["inactive"],
        "numberOfPrinted": row["printed"],
        "passFieldData": fields,
        "lastUsage": zone.show(row["last_usage"]),
        "storedValue": stored_value(row["stored_value"]),
        "eligiblePlaces": json.loads(row["eligible_json"]),
        "placesUsedAt": _places_used_at(json.loads(row["used_json"])),
        "downloadPin": details.get("downloadPin") or "",
        "bundleId": details.get("bundleId"),
        "passData": _pass_data(template, fields),
    } | {name: details[name] for name in BOARDING_FIELDS if name in details}


def show_in_list(account: Account, row: Row, template: Template) -> dict[str, Any]:
    """The pass as a list shows it, with or without what the seed's list example leaves out."""
    full = show(account, row, template)
    if account.switches.list_omits_usage:
        for name in OMITTED_IN_LISTS:
            del full[name]
    return full


def _places_used_at(used: list[tuple[int, str]]) -> dict[str, str] | list[Any]:
    # PHP writes an empty map as a list.
    return {str(at): place for at, place in used} or []


def _search_string(page: str, fields: dict[str, str], row: Row) -> str:
    parts = [page, *fields.values(), row["generated_id"], row["barcode"], row["user_id"]]
    return "|" + "|".join(parts) + "|"


def _pass_data(template: Template, fields: dict[str, str]) -> str:
    if not template.data_format:
        return ""
    return "".join(f"{each.name}: {fields.get(each.id, '')}\n" for each in template.properties)
