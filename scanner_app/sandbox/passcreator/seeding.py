"""Fills the Passcreator tables: templates, doors, passes; the same for the same seed."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from scanner_app.sandbox import guests, people
from scanner_app.sandbox.guests import BACKSTAGE, FESTIVAL, FLIGHT, GATE, LOUNGE, MAIN, PLACES_OF, VIP, Guest
from scanner_app.sandbox.passcreator import flights, passes, template
from scanner_app.sandbox.passcreator.boarding_code import boarding_code
from scanner_app.sandbox.passcreator.template import Property, Template
from scanner_app.sandbox.store import Row, Store

NAMES_OF = {FESTIVAL: "Summer Festival 2026", LOUNGE: "VIP Lounge", FLIGHT: "Flight LH 738"}
FIELDS = ("Firstname", "Lastname", "Email", "Seat", "Ticket type")
# (name, event or None for all templates, place, scan mode: 0 void after scan, 1 attendance only)
DOORS = (
    ("Main entrance", FESTIVAL, MAIN, 0),
    ("VIP lounge", FESTIVAL, VIP, 0),
    ("Backstage", FESTIVAL, BACKSTAGE, 1),
    ("VIP Lounge door", LOUNGE, VIP, 0),
    ("Gate B16", FLIGHT, GATE, 0),
    ("Head count", None, MAIN, 1),
)


def seed_templates(store: Store, dice: random.Random, now: int) -> dict[str, Template]:
    """Three templates of our own, one of another customer, and their doors; by event."""
    made = {event: _template(dice, event, name) for event, name in NAMES_OF.items()}
    other = Template(guests.random_uuid(dice), "Somebody else's event", own=False)
    for position, each in enumerate([*made.values(), other]):
        template.save(store, each, position)
    for position, (name, event, place, mode) in enumerate(DOORS):
        store.insert(
            "pc_configuration",
            {
                "id": guests.random_uuid(dice),
                "name": name,
                "template": made[event].id if event else None,
                "place": place,
                "scan_mode": mode,
                "created": now - 90 * guests.DAY,
                "properties_json": json.dumps([{"type": "unicode", "name": "Note", "id": _property_id(dice)}]),
                "position": position,
            },
        )
    stranger = Guest(people.invent(dice, 999_999), FESTIVAL, guests.random_code(dice), now - guests.DAY)
    store.insert("pc_pass", _row(stranger, other, dice)[0])
    return made


def _template(dice: random.Random, event: str, name: str) -> Template:
    return Template(
        guests.random_uuid(dice),
        name,
        pass_type="boardingPass" if event == FLIGHT else "eventTicket",
        transit_type="PKTransitTypeAir" if event == FLIGHT else "",
        properties=tuple(Property(_property_id(dice), field) for field in FIELDS),
        places=PLACES_OF[event],
        mail=event != FLIGHT,
        data_format=event == LOUNGE,
        localized_page=event != LOUNGE,
        generic={"event-id": event},
    )


def _property_id(dice: random.Random) -> str:
    return f"{dice.getrandbits(56):014x}.{dice.randrange(10_000_000, 99_999_999)}"


def seed_passes(store: Store, made: dict[str, Template], dice: random.Random, who: Iterator[Guest]) -> None:
    """Passes and their registrations, in bulk."""
    registrations: list[Row] = []

    def rows() -> Iterator[Row]:
        for guest in who:
            row, devices = _row(guest, made[guest.event], dice)
            registrations.extend(devices)
            yield row

    with store.atomic():
        store.insert_all("pc_pass", rows())
        store.insert_all("pc_registration", registrations)


def _row(guest: Guest, made: Template, dice: random.Random) -> tuple[Row, list[Row]]:
    person = guest.person
    values = (person.given, person.family, person.email, person.seat, person.ticket)
    fields = {each.id: value for each, value in zip(made.properties, values, strict=False)}
    barcode = guest.barcode
    if made.is_flight:
        traveller = flights.passenger(guest)
        barcode = boarding_code(traveller)
        if len(traveller.flights) > 1:
            guest = replace(guest, eligible=())  # other airports have gates too
    last = max((at for at, _ in guest.used), default=None)
    row = passes.blank(made, guest.created) | {
        "identifier": guests.random_uuid(dice),
        "generated_id": guests.random_code(dice, 31),
        "link": guests.random_code(dice, 28),
        "modified": max(guest.created, last or 0),
        "barcode": barcode,
        "user_id": guest.user_id,
        "voided": int(guest.voided),
        "redeemed": int(guest.redeemed),
        "expires": guest.expires,
        "valid_from": guest.valid_from,
        "stored_value": guest.stored_value,
        "eligible_json": json.dumps(guest.eligible),
        "used_json": json.dumps(guest.used),
        "last_usage": last,
        "fields_json": json.dumps(fields, ensure_ascii=False),
        "details_json": json.dumps(_details(guest, made)),
        "active": guest.devices,
        "inactive": guest.removed,
        "printed": 0,
    }
    row["search"] = passes.search_text([*values, guest.user_id, barcode, row["generated_id"]])
    return row, _registrations(row, dice)


def _details(guest: Guest, made: Template) -> dict[str, Any]:
    details: dict[str, Any] = {}
    if guest.thumbnail:
        details["urlToThumbnail"] = "https://www.example.com/portrait.png"
    if made.is_flight:
        details |= flights.fields_of(flights.passenger(guest))
    return details


def _registrations(row: Row, dice: random.Random) -> list[Row]:
    ends = [None] * row["active"] + [row["created"] + 86_400] * row["inactive"]
    return [
        {
            "pass": row["identifier"],
            "template": row["template"],
            "os": dice.choice(("iOS", "iOS", "Android")),
            "activated": row["created"] + 60,
            "deactivated": end,
        }
        for end in ends
    ]
