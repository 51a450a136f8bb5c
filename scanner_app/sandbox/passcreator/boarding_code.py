"""The barcode of a flight's pass: an IATA bar-coded boarding pass (Resolution 792, format "M", version 6).

Written from the format's description alone, apart from the program's own reader, so that each proves the other.
"""

import random
import unicodedata

from scanner_app.sandbox.passcreator.flights import Flight, Passenger

NAME = 20  # characters that the format has for a name
AIRLINES = {"LH": "220", "UA": "016"}  # IATA's accounting codes, as ticket numbers begin
_LETTERS = str.maketrans({"ß": "SS", "Ä": "AE", "Ö": "OE", "Ü": "UE", "Ł": "L", "Đ": "D", "Ø": "OE", "Æ": "AE"})


def boarding_code(traveller: Passenger) -> str:
    """The text of the barcode; one in six has the mandatory items alone, one in three is signed by the airline."""
    dice = random.Random(f"{traveller.guest.barcode} items")
    bare = dice.random() < 1 / 6
    head = f"M{len(traveller.flights)}{printed_name(traveller):{NAME}}E"
    numbers = range(len(traveller.flights))
    legs = "".join(_leg(traveller, number, "" if bare else _items(traveller, number, dice)) for number in numbers)
    return head + legs + ("" if bare or dice.random() < 2 / 3 else _signature(dice))


def _leg(traveller: Passenger, number: int, items: str) -> str:
    flight = traveller.flights[number]
    cabin, row = "C" if traveller.business else "Y", int(traveller.seat[:-1])
    where = f"{traveller.pnr:7}{flight.origin}{flight.destination}{flight.carrier:3}{flight.number:04} "
    seat = f"{flight.departs.timetuple().tm_yday:03}{cabin}{row:03}{traveller.seat[-1]}{traveller.sequence:04} "
    return f"{where}{seat}{traveller.status}{_sized(items)}"


def _items(traveller: Passenger, number: int, dice: random.Random) -> str:
    """The conditional items of a leg; the first one also says when and by whom the boarding pass was issued."""
    flight = traveller.flights[number]
    ticket = f"{AIRLINES[flight.carrier]}{dice.randrange(10**10):010}"
    flyer = f"{flight.carrier:3}{dice.randrange(10**15):<16}" if dice.random() < 0.4 else " " * 19
    selected, papers = dice.choices("01", (95, 5))[0], dice.choices(" 12", (4, 1, 5))[0]
    repeated = _sized(f"{ticket}{selected}{papers}{flight.carrier:3}{flyer} {dice.choice(('1PC', '2PC', '23K'))}N")
    return (_unique(traveller.flights[0], dice) if number == 0 else "") + repeated


def _unique(first: Flight, dice: random.Random) -> str:
    issued = f"{first.departs.year % 10}{first.departs.timetuple().tm_yday - 1:03}"  # the evening before
    tag = f"0{AIRLINES[first.carrier]}{dice.randrange(10**9):09}" if dice.random() < 0.5 else ""
    sources = "".join(dice.choices("WKM", k=2))  # where checked in, where printed: web, kiosk, mobile
    return ">6" + _sized(f"0{sources}{issued}B{first.carrier:3}{tag}")


def _signature(dice: random.Random) -> str:
    return f"^1{_sized(''.join(dice.choices('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', k=48)))}"


def _sized(text: str) -> str:
    return f"{len(text):02X}{text}"


def printed_name(traveller: Passenger) -> str:
    """FAMILY/GIVEN in the letters that the format has; of another script only its language is told."""
    person = traveller.guest.person
    family, given = _latin(person.family) or "PASSENGER", _latin(person.given) or person.language.upper()
    return f"{family}/{given}"[:NAME]


def _latin(text: str) -> str:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text.upper()).translate(_LETTERS))
    return "".join(each for each in plain if each.isascii() and (each.isalpha() or each in " -")).strip()
