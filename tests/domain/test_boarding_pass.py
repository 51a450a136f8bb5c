"""IATA bar-coded boarding passes: published examples, round trips, broken ones, and the gate's question."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.boarding_pass_text import write

from scanner_app.domain.boarding_check import flies_on, flight_details, flight_refusal
from scanner_app.domain.boarding_pass import (
    BoardingPass,
    Fault,
    Leg,
    Malformed,
    Security,
    looks_like_boarding_pass,
    parse,
)
from scanner_app.domain.flight_match import FlightNote, FlightReason, departure, match_flight
from scanner_app.domain.place import Flight

SIGNATURE = "GIWVC5EH7JNT684FVNJ91W2QA4DVN5J8K4F0L0GEQ3DF5TGBN8709HKT5D3DW3GBHFCVHMY7J5T6HFR41W2QA4DVN5J8K4F0L0GE"
# BCBP Implementation Guide and Resolution 792 Attachment B, as many public parsers quote them.
ONE_LEG = "M1DESMARAIS/LUC       EABC123 YULFRAAC 0834 226F001A0025 100"
SIGNED = "M1DESMARAIS/LUC       EABC123 YULFRAAC 0834 326J001A0025 100^164" + SIGNATURE
EMPTY_CONDITIONAL = "M1DESMARAIS/LUC       EABC123 YULFRAAC 0834 226F001A0025 106>60000"
TWO_LEGS = (
    "M2DESMARAIS/LUC       EABC123 YULFRAAC 0834 226F001A0025 14D>6181WW6225BAC 00141234560032A0141234567890 1AC AC "
    "1234567890123    20KYLX58ZDEF456 FRAGVALH 3664 227C012C0002 12E2A0140987654321 1AC AC 1234567890123    2PCNWQ^164"
) + SIGNATURE
VERSION_5 = (
    "M1DESMARAIS/LUC       EAB12C3 YULFRAAC 0834 326J003A0027 167>5321WW1325BAC 00141234560020014123467001001412347890"
    "12A0141234567890 1AC AC 1234567890123    4PCYLX58Z^108ABCDEFGH"
)
PARTIAL = (
    "M1GRANDMAIRE/MELANIE  EABC123 GVACDGAF 0123 339C002F0025 130>5002A0571234567890  AF AF 1234567890123456    "
    "Y^108ABCDEFGH"
)
SHORT_REPEATED = "M1GRANDMAIRE/MELANIE  EABC123 GVACDGAF 0123 228C002F0025 113>3000D0571234567890^164" + SIGNATURE
TWO_PARTIAL = (
    "M2GRANDMAIRE/MELANIE  EABC123 GVACDGAF 0123 339C002F0025 130>5002A0571234567890  AF AF 1234567890123456    "
    "YDEF456 CDGDTWNW 0049 339F001A0002 12C2A012098765432101                       2PC ^108ABCDEFGH"
)
LOW_COST = "M1DOE/JOHN            EABCDEFGMRSLGWEZY8724 99  3C  506  10Axxxxxxxxxx"
BLANKS = (
    "M1DOE/JOHN            EXXX007 TXLBRUSN 2588 034Y023D0999 35D>5181WM7034BSN              2A08200000000000 SN LH"
    " 123456789012345      *30600000K0902       "
)
BLANKS_AND_OWN = (
    "M1MUENDLER/NIELS      E95X63P FCOZRHAZ 0572 119Y014F0008 377>8320OO6118BAZ"
    "                                        2A05560252835540 AZ LH 992003891777470     N*30600000K09         "
)
FIELD_EXAMPLES = (LOW_COST, BLANKS, BLANKS_AND_OWN)
GATE = Flight("AC", 834, date(2026, 8, 14), "YUL")


def good(text):
    read = parse(text)
    assert isinstance(read, BoardingPass), read
    return read


def test_mandatory_items_of_one_leg():
    assert good(ONE_LEG) == BoardingPass(
        "DESMARAIS/LUC",
        (Leg("ABC123", "YUL", "FRA", "AC", 834, 226, cabin="F", seat="001A", sequence="0025", status="1"),),
    )
    assert good(ONE_LEG).holder == "LUC DESMARAIS"


def test_the_signature_is_kept_and_not_read():
    assert good(SIGNED).security == Security("1", SIGNATURE)
    assert good(EMPTY_CONDITIONAL).version == "6"


def test_two_legs_with_everything():
    read = good(TWO_LEGS)
    assert (read.version, read.description, read.checkin_source, read.issue_source) == ("6", "1", "W", "W")
    assert (read.issued, read.document_type, read.issuer, read.bag_tags) == ("6225", "B", "AC", ("0014123456003",))
    first, second = read.legs
    assert (first.airline_numeric, first.document_number, first.document_check) == ("014", "1234567890", "1")
    assert (first.marketing_carrier, first.frequent_flyer_number) == ("AC", "1234567890123")
    assert (first.baggage, first.fast_track, first.airline_data) == ("20K", "Y", "LX58Z")
    assert (second.origin, second.destination, second.carrier, second.number, second.day) == (
        "FRA",
        "GVA",
        "LH",
        3664,
        227,
    )
    assert (second.pnr, second.seat, second.baggage, second.fast_track, second.airline_data) == (
        "DEF456",
        "012C",
        "2PC",
        "N",
        "WQ",
    )
    assert read.security == Security("1", SIGNATURE)


def test_version_5_with_three_bag_tags():
    read = good(VERSION_5)
    assert read.bag_tags == ("0014123456002", "0014123467001", "0014123478901")
    assert (read.issued, read.legs[0].airline_data, read.security.data) == ("1325", "LX58Z", "ABCDEFGH")


def test_partly_filled_items():
    assert good(PARTIAL).legs[0].frequent_flyer_number == "1234567890123456"
    assert good(SHORT_REPEATED).legs[0].document_number == "1234567890"
    read = good(TWO_PARTIAL)
    assert [leg.carrier for leg in read.legs] == ["AF", "NW"]
    assert read.legs[1].baggage == "2PC"


@pytest.mark.parametrize("text", FIELD_EXAMPLES)
def test_what_airlines_print_differently(text):
    whole = good(text)
    assert good(text.rstrip()) == whole  # a scanner, or our own cleaning, cuts the blanks off its end
    assert whole.legs[0].number > 0


@pytest.mark.parametrize(
    ("text", "fault", "leg"),
    [
        ("", Fault.NOT_BCBP, 0),
        ("M1", Fault.NOT_BCBP, 0),
        ("0190a5b2-7c3d-7e4f-8a9b-0123456789ab", Fault.NOT_BCBP, 0),
        ("M0" + ONE_LEG[2:], Fault.NOT_BCBP, 0),
        ("S1" + ONE_LEG[2:], Fault.NOT_BCBP, 0),
        (ONE_LEG.replace("LUC", "L\x00C"), Fault.NOT_BCBP, 0),
        ("M2" + ONE_LEG[2:], Fault.TOO_SHORT, 2),
        (ONE_LEG[:-1], Fault.TOO_SHORT, 1),
        (ONE_LEG.replace("YUL", "Y1L"), Fault.BAD_AIRPORT, 1),
        (ONE_LEG.replace("AC 0834", "?? 0834"), Fault.BAD_CARRIER, 1),
        (ONE_LEG.replace("0834 ", "OPEN "), Fault.BAD_FLIGHT_NUMBER, 1),
        (ONE_LEG.replace("226F", "367F"), Fault.BAD_DAY, 1),
        (ONE_LEG.replace("226F", "000F"), Fault.BAD_DAY, 1),
        (ONE_LEG.replace("226F", "²26F"), Fault.BAD_DAY, 1),
        (ONE_LEG[:-2] + "XY", Fault.BAD_SIZE, 1),
    ],
)
def test_what_is_no_boarding_pass(text, fault, leg):
    read = parse(text)
    assert isinstance(read, Malformed)
    assert (read.fault, read.leg) == (fault, leg)


def test_odd_conditional_items_do_not_keep_anybody_from_boarding():
    for odd in (">", ">6", ">6ZZ", ">6FFshort", "no marks", ">600ZZrest"):
        read = good(ONE_LEG[:-2] + f"{len(odd):02X}{odd}")
        assert read.legs[0].seat == "001A"


def words(size):
    return st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", max_size=size)


def exact(size):
    return st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=size, max_size=size)


LEGS = st.builds(
    Leg,
    pnr=words(7),
    origin=exact(3),
    destination=exact(3),
    carrier=exact(2),
    number=st.integers(1, 9999),
    day=st.integers(1, 366),
    suffix=st.sampled_from(["", "A"]),
    cabin=words(1),
    seat=words(4),
    sequence=words(5),
    status=words(1),
    airline_numeric=words(3),
    document_number=words(10),
    selectee=words(1),
    marketing_carrier=words(3),
    frequent_flyer_number=words(16),
    baggage=words(3),
    fast_track=words(1),
    airline_data=words(40),
)
PASSES = st.builds(
    BoardingPass,
    name=words(20),
    legs=st.lists(LEGS, min_size=1, max_size=4).map(tuple),
    electronic=st.booleans(),
    version=st.sampled_from("1345678"),
    description=words(1),
    issued=words(4),
    issuer=words(3),
    bag_tags=st.lists(st.text(alphabet="0123456789", min_size=13, max_size=13), max_size=3).map(tuple),
    security=st.one_of(st.none(), st.builds(Security, exact(1), words(100))),
)


@given(PASSES)
def test_what_is_written_is_read_again(boarding_pass):
    assert parse(write(boarding_pass)) == boarding_pass


@given(st.text(max_size=200))
def test_any_text_is_a_boarding_pass_or_malformed(text):
    assert isinstance(parse(text), BoardingPass | Malformed)
    assert isinstance(parse("M1" + text), BoardingPass | Malformed)


def test_mutated_boarding_passes_raise_nothing():
    rng = random.Random(792)
    originals = [ONE_LEG, SIGNED, TWO_LEGS, VERSION_5, PARTIAL, SHORT_REPEATED, TWO_PARTIAL, *FIELD_EXAMPLES]
    read = 0
    for _ in range(20_000):
        text = list(rng.choice(originals))
        for _ in range(rng.randrange(1, 5)):
            at = rng.randrange(len(text))
            kind = rng.randrange(4)
            if kind == 0:
                text[at] = rng.choice("09AFZ>^ \x00é²٣\ud800")
            elif kind == 1:
                del text[at : at + rng.randrange(1, 30)]
            elif kind == 2:
                text[at:at] = text[: rng.randrange(20)]
            else:
                text = text[: at + 1]
            text = text or ["M"]
        found = parse("".join(text))
        assert isinstance(found, BoardingPass | Malformed)
        if isinstance(found, BoardingPass):
            read += 1
            match_flight(found, GATE)
    assert read > 1000


def test_only_texts_that_begin_like_one_are_called_broken():
    assert looks_like_boarding_pass(ONE_LEG)
    assert not looks_like_boarding_pass("0190a5b2-7c3d-7e4f-8a9b-0123456789ab")


@pytest.mark.parametrize(
    ("day", "reference", "issued", "expected"),
    [
        (226, date(2026, 8, 14), "", date(2026, 8, 14)),
        (1, date(2026, 12, 31), "", date(2027, 1, 1)),
        (365, date(2027, 1, 1), "", date(2026, 12, 31)),
        (366, date(2029, 1, 1), "", date(2028, 12, 31)),
        (366, date(2026, 6, 1), "", None),
        (60, date(2028, 2, 29), "", date(2028, 2, 29)),
        (60, date(2026, 3, 1), "", date(2026, 3, 1)),
        (226, date(2026, 8, 14), "6225", date(2026, 8, 14)),
        (226, date(2026, 8, 14), "5225", date(2025, 8, 14)),
        (2, date(2027, 1, 2), "6364", date(2027, 1, 2)),
        (226, date(2026, 8, 14), "6XYZ", date(2026, 8, 14)),
        (226, date(2026, 8, 14), "6999", date(2026, 8, 14)),
    ],
)
def test_the_year_of_a_day(day, reference, issued, expected):
    assert departure(day, reference, issued) == expected


@given(st.dates(date(2001, 1, 1), date(2090, 1, 1)), st.integers(-170, 170))
def test_any_day_near_the_reference_is_found(reference, ahead):
    flies = reference + timedelta(days=ahead)
    assert departure(flies.timetuple().tm_yday, reference) == flies


@pytest.mark.parametrize(
    ("gate", "reason", "pnr"),
    [
        (GATE, None, "ABC123"),
        (Flight("LH", 3664, date(2026, 8, 15), "FRA"), None, "DEF456"),
        (Flight("ac", 834, date(2026, 8, 14), "yul"), None, "ABC123"),
        (Flight("AC", 835, date(2026, 8, 14), "YUL"), FlightReason.OTHER_FLIGHT, "ABC123"),
        (Flight("BA", 834, date(2026, 8, 14), "YUL"), FlightReason.OTHER_FLIGHT, "ABC123"),
        (Flight("LH", 3664, date(2026, 8, 15), "MUC"), FlightReason.OTHER_AIRPORT, "DEF456"),
        (Flight("LH", 3664, date(2026, 8, 16), "FRA"), FlightReason.OTHER_DATE, "DEF456"),
        (Flight("AC", 834, date(2027, 8, 14), "YUL"), FlightReason.OTHER_DATE, "ABC123"),
    ],
)
def test_right_flight_leg_and_date(gate, reason, pnr):
    match = match_flight(good(TWO_LEGS), gate)
    assert (match.reason, match.leg.pnr) == (reason, pnr)


def test_an_itinerary_receipt_is_no_boarding_pass():
    read = replace(good(TWO_LEGS), document_type="I")
    assert match_flight(read, GATE).reason is FlightReason.RECEIPT


@pytest.mark.parametrize(
    ("change", "notes"),
    [
        ({}, ()),
        ({"status": "7"}, (FlightNote.STANDBY,)),
        ({"status": "0"}, (FlightNote.NOT_CHECKED_IN,)),
        ({"selectee": "1", "document_check": "1"}, (FlightNote.SELECTED, FlightNote.DOCUMENTS)),
    ],
)
def test_what_staff_should_see(change, notes):
    read = good(ONE_LEG)
    match = match_flight(replace(read, legs=(replace(read.legs[0], **change),)), GATE)
    assert (match.reason, match.notes) == (None, notes)


def test_what_a_boarding_screen_shows():
    standby = ONE_LEG.replace("0025 1", "0025 7")
    assert flight_details(ONE_LEG, GATE, {}) == {"seat": "1A", "sequence": "25", "cabin": "F"}
    assert flight_details(standby, GATE, {})["flight_notes"] == ["standby"]
    assert flight_details("T-0001", GATE, {}) == {}


def test_a_journey_that_goes_on_needs_its_boarding_pass_again():
    last = Flight("LH", 3664, date(2026, 8, 15), "FRA")
    assert [flies_on(TWO_LEGS, flight) for flight in (GATE, last)] == [True, False]
    assert not flies_on(ONE_LEG, GATE)
    assert not flies_on("T-0001", GATE)


def test_the_refusal_that_the_rules_ask_for():
    assert flight_refusal(ONE_LEG, GATE) is None
    assert flight_refusal("T-0001", GATE) == {"why": "not_bcbp", "flight": "AC 834"}
    assert flight_refusal(ONE_LEG, replace(GATE, origin="YYZ")) == {
        "why": "other_airport",
        "flight": "AC 834",
        "shown_flight": "AC 834",
        "date": "2026-08-14",
        "airport": "YUL",
    }
    assert flight_refusal(TWO_LEGS, replace(GATE, date=date(2026, 8, 15))) == {
        "why": "other_date",
        "flight": "AC 834",
        "shown_flight": "AC 834",
        "date": "2026-08-14",
    }
