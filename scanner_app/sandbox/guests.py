"""The passes that a sandbox is filled with, in words common to all platforms."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from scanner_app.sandbox import people
from scanner_app.sandbox.people import Person

DAY = 86_400
FESTIVAL, LOUNGE, FLIGHT = "festival", "lounge", "flight"
MAIN, VIP, BACKSTAGE, GATE = "Main entrance", "VIP lounge", "Backstage", "Gate B16"
PLACES_OF = {FESTIVAL: (MAIN, VIP, BACKSTAGE), LOUNGE: (VIP,), FLIGHT: (GATE,)}
BARCODE_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True)
class Guest:
    """One pass to be issued. Times are unix seconds; `used` holds (second, place)."""

    person: Person
    event: str
    barcode: str
    created: int
    user_id: str = ""
    eligible: tuple[str, ...] = ()
    expires: int | None = None
    valid_from: int | None = None
    used: tuple[tuple[int, str], ...] = ()
    voided: bool = False
    redeemed: bool = False
    stored_value: float = 0.0
    thumbnail: bool = False
    devices: int = 0
    removed: int = 0


@dataclass(frozen=True)
class Presented:
    """One guest in the line: what is shown at which place, and what the door should say."""

    title: str
    guest: Guest | None
    barcode: str
    symbology: str
    expected: str
    place: str = MAIN


def random_uuid(dice: random.Random) -> str:
    """A version 4 UUID from the seed."""
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))


def random_code(dice: random.Random, length: int = 30) -> str:
    """An unguessable barcode value of small letters and digits."""
    return "".join(dice.choices(BARCODE_LETTERS, k=length))


def crowd(dice: random.Random, count: int, now: int) -> Iterator[Guest]:
    """The bulk: seven of ten for the festival, two for the lounge, one for the flight, in every state."""
    for number in range(count):
        event = dice.choices((FESTIVAL, LOUNGE, FLIGHT), (7, 2, 1))[0]
        # Bought over the last sixty days, in the order of their numbers.
        created = now - 60 * DAY + (number * 59 * DAY) // max(count, 1) + dice.randrange(30)
        guest = Guest(people.invent(dice, number), event, _barcode(dice), created)
        yield _equip(_in_some_state(guest, dice, now), dice, number)


def _barcode(dice: random.Random) -> str:
    return random_uuid(dice) if dice.random() < 0.3 else random_code(dice)


# How often each state occurs in a hundred.
STATES = {
    "valid": 62,
    "used": 8,
    "spent": 6,
    "first place": 6,
    "last place": 6,
    "every place": 4,
    "expired": 4,
    "not yet": 2,
    "cancelled": 2,
}


def _in_some_state(guest: Guest, dice: random.Random, now: int) -> Guest:
    places, far = PLACES_OF[guest.event], dice.randrange(DAY, 20 * DAY)
    entries = ((now - dice.randrange(60, 5 * DAY), places[0]),)
    changes: dict[str, dict[str, Any]] = {
        "valid": {},
        "used": {"used": entries},
        "spent": {"used": entries, "voided": True, "redeemed": True},
        "first place": {"eligible": places[:1]},
        "last place": {"eligible": places[-1:]},
        "every place": {"eligible": places},
        "expired": {"expires": now - far},
        "not yet": {"valid_from": now + far},
        "cancelled": {"voided": True},
    }
    return replace(guest, **changes[dice.choices(list(STATES), list(STATES.values()))[0]])


def _equip(guest: Guest, dice: random.Random, number: int) -> Guest:
    expires = guest.expires
    if expires is None and dice.random() < 0.5:
        expires = guest.created + dice.randrange(200, 400) * DAY
    return replace(
        guest,
        expires=expires,
        user_id=f"ORDER-{100_000 + number}" if dice.random() < 0.6 else "",
        stored_value=dice.choice((5.0, 12.5, 50.0)) if dice.random() < 0.1 else 0.0,
        thumbnail=dice.random() < 0.15,
        devices=dice.choices((0, 1, 2), (3, 6, 1))[0],
        removed=int(dice.random() < 0.05),
    )


def line(dice: random.Random, now: int) -> list[Presented]:
    """The demo's guest line, in order: every verdict that a door can give at the main entrance."""
    ticket = Guest(people.invent(dice, 900_000), FESTIVAL, "", now - 30 * DAY, devices=1)

    def guest(number: int, **changes: object) -> Guest:
        person = people.invent(dice, 900_000 + number)
        values = {"person": person, "barcode": random_code(dice), "user_id": f"LINE-{number:02}", **changes}
        return replace(ticket, **values)  # type: ignore[arg-type]  # checked by every construction in the tests

    every = PLACES_OF[FESTIVAL]
    shared = guest(12, eligible=every)
    shown = (
        ("Valid ticket", guest(1, eligible=every), "qr", "ADMIT"),
        ("Valid ticket as Aztec", guest(2), "aztec", "ADMIT"),
        ("Ticket used before", guest(3, used=((now - 7_200, MAIN),), eligible=every), "qr", "ALREADY_USED"),
        ("Expired ticket", guest(4, expires=now - 3 * DAY), "qr", "EXPIRED"),
        ("Ticket for next week", guest(5, valid_from=now + 7 * DAY), "qr", "NOT_YET_VALID"),
        ("Backstage only", guest(6, eligible=(BACKSTAGE,)), "qr", "WRONG_PLACE"),
        ("Cancelled ticket", guest(7, voided=True), "qr", "VOIDED"),
        ("Ticket for another event", guest(8, event=LOUNGE), "qr", "WRONG_EVENT"),
        ("Unknown code", None, "qr", "UNKNOWN"),
        ("Valid ticket as PDF417", guest(10, eligible=(MAIN,)), "pdf417", "ADMIT"),
        ("Valid ticket as Code 128", guest(11, barcode=random_code(dice, 16).upper()), "code128", "ADMIT"),
        ("First of two friends with one ticket", shared, "qr", "ADMIT"),
        ("Second friend with the same ticket", shared, "qr", "ALREADY_USED"),
        ("Valid ticket, name in Arabic script", guest(14, person=_arabic()), "qr", "ADMIT"),
    )
    unknown = random_code(dice)
    return [Presented(title, who, who.barcode if who else unknown, form, reason) for title, who, form, reason in shown]


def _arabic() -> Person:
    return Person("فاطمة", "الخطيب", "ar", "fatima@example.org", "C12", "Weekend ticket")


def named(shown: list[Presented]) -> list[Guest]:
    """The passes that the guest line needs, each once."""
    return list({each.guest.barcode: each.guest for each in shown if each.guest}.values())


def everyone(seed: int, passes: int, now: int) -> Iterator[Guest]:
    """The line and a crowd around it, `passes` in all; nobody for 0. The same on every platform."""
    special = named(line(random.Random(seed), now)) if passes else []
    yield from special
    yield from crowd(random.Random(seed + 1), max(passes - len(special), 0), now)
