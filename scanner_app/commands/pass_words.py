"""What may be said after `scanner-app pass`: actions, arguments, options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_FIELDS: dict[str, dict[str, Any]] = {
    "--set": {
        "action": "append",
        "default": [],
        "metavar": "NAME=VALUE",
        "help": "a field of the pass, or a parameter by its name in the platform's contract, as in userProvidedId= "
        "(Passcreator), extId= (PassEntry), person.surname= (PassKit), externalId= (Airship); may be repeated",
    },
    "--body": {
        "default": "",
        "metavar": "JSON",
        "help": "the same as one JSON object, for values that are no plain text (locations, beacons, flight fields, "
        "headers, seatInfo, ...)",
    },
}
ARGUMENTS: Mapping[str, str] = {
    "id": "the pass: its uid, or anything that names it alone (own id, extId, ticket number, barcode)",
    "text": "what to look for",
    "template": "id of the template; with PassKit of the production, campaign or program",
    "message": "what the guest's phone shows",
    "recipient": "e-mail address it is sent to",
}
WORDS: Mapping[str, tuple[str, tuple[str, ...], Mapping[str, dict[str, Any]]]] = {
    "show": (
        "one pass by uid, own id or barcode",
        ("id",),
        {
            "--door": {
                "default": "",
                "metavar": "ID",
                "help": "as it stands at this door of the platform (Passcreator: id of the app configuration)",
            },
            "--with": {
                "dest": "wanted",
                "nargs": "+",
                "default": [],
                "choices": ["design", "locations", "beacons", "apple", "google"],
                "help": "also its design, locations, beacons, or the pass itself for one wallet (PassEntry)",
            },
        },
    ),
    "list": (
        "passes of a template, as the platform lists them",
        ("template",),
        {
            "--created-since": {"default": "", "metavar": "ISO", "help": "made since then (Passcreator)"},
            "--modified-since": {"default": "", "metavar": "ISO", "help": "changed since then (Passcreator)"},
            "--prefix": {"default": "", "metavar": "TEXT", "help": "whose extId begins so (PassEntry)"},
            "--status": {
                "choices": ["issued", "active", "removed", "deactivated", "nullified"],
                "default": "",
                "help": "of this status (PassEntry)",
            },
            "--start": {"type": int, "default": 0, "metavar": "N", "help": "leave out the first N (Passcreator)"},
            "--page-size": {
                "type": int,
                "default": 0,
                "metavar": "N",
                "help": "passes a request, 1 to 100 (Passcreator)",
            },
            "--limit": {"type": int, "default": None, "metavar": "N", "help": "no more than N passes"},
        },
    ),
    "search": (
        "passes by words in them: those held here, and what the platform's own search (Passcreator, PassEntry) finds",
        ("text",),
        {"--template": {"default": "", "metavar": "ID", "help": "in this template alone (Passcreator)"}},
    ),
    "create": ("make a pass", ("template",), _FIELDS),
    "update": ("change a pass", ("id",), _FIELDS),
    "void": (
        "mark a pass voided (PassEntry: deactivate; PassKit: redeem a ticket, void a coupon, for good)",
        ("id",),
        {"--yes": {"action": "store_true", "help": "needed where it cannot be undone (PassKit)"}},
    ),
    "unvoid": ("take that back", ("id",), {}),
    "delete": (
        "delete a pass for good (PassEntry: nullify)",
        ("id",),
        {"--yes": {"action": "store_true", "help": "needed, because it cannot be undone"}},
    ),
    "enable-download": (
        "let an active pass be downloaded again, for ten minutes",
        ("id",),
        {"--until": {"default": "", "metavar": "ISO", "help": "until then instead, as in 2026-12-31T18:00+01:00"}},
    ),
    "push": (
        "send a message to a pass",
        ("id", "message"),
        {"--also": {"nargs": "+", "default": [], "metavar": "ID", "help": "further passes for the same message"}},
    ),
    "email": ("send a pass by e-mail", ("id", "recipient"), {}),
    "uris": ("addresses of the wallets' own files", ("id",), {}),
    "stats": (
        "statistics of a template",
        ("template",),
        {
            "--frame": {
                "choices": ["day", "week", "month", "year"],
                "default": "day",
                "help": "how much at once (default: day)",
            },
            "--day": {"default": "", "metavar": "Y-M-D", "help": "a day of that time (default: today)"},
            "--history-since": {
                "default": None,
                "metavar": "Y-M-D",
                "help": "instead: active and inactive passes of each day since this one ('' for a week)",
            },
        },
    ),
}
ALSO_CALLED = {"email": ("e-mail",)}
