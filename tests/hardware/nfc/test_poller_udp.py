"""The poller over nfcpy's real stack on its udp wire, with cards and phones in software."""

import queue
import time
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sim.iso_dep import IsoDepCard
from sim.phones import AndroidPhone, ApplePhone, seal_vas
from sim.tags import SunTag, Type2Tag, Type3Tag, Type4Tag, TypeBCard, text, uri
from sim.type_a import RANDOM_UID, TypeACard
from sim.udp_card import UdpCard

from hardware.apple_vas import AppleWallet
from hardware.nfc import Poller, ReaderCondition, Refusal, Refused, Tap
from hardware.smart_tap import GoogleWallet
from hardware.sun import SunKeys

KEY = ec.generate_private_key(ec.SECP256R1())
ONE, TWO = "pass.org.example.one", "pass.org.example.two"
APPLE = AppleWallet((ONE, TWO), (KEY,))
GOOGLE = GoogleWallet(20180608, KEY, 1)
FIXED = bytes.fromhex("04112233445566")


class Door:
    def __init__(self, wire, events, poller):
        self.wire, self.events, self.poller = wire, events, poller

    def next(self, timeout=8):
        return self.events.get(timeout=timeout)

    def hold(self, card):
        """Take away what is there, wait until the reader has seen the empty field, hold this to it."""
        self.wire.card = None
        self.sweeps(5)
        self.wire.card = card

    def sweeps(self, count):
        for _ in range(count):
            self.wire.polled.clear()
            assert self.wire.polled.wait(5)

    def nothing_more(self, sweeps=6):
        self.sweeps(sweeps)
        assert self.events.empty()


@contextmanager
def door(card, **options):
    events, states = queue.Queue(), []
    options.setdefault("technologies", "A")
    with UdpCard(card) as wire:
        poller = Poller(wire.device, events.put, on_state=states.append, on_refused=events.put, **options)
        poller.start()
        try:
            yield Door(wire, events, poller)
        finally:
            assert poller.stop(5)
    conditions = [s.condition for s in states]
    assert conditions == [ReaderCondition.READY, ReaderCondition.STOPPED]


def iphone(message=b"T-0001", *, uid=RANDOM_UID, sak=0x20, needs_ecp=True, iso=None, **faults):
    phone = ApplePhone({ONE: (KEY.public_key(), message)}, **faults)
    return TypeACard(IsoDepCard(phone, **(iso or {})), uid=uid, sak=sak, needs_ecp=needs_ecp)


def android(**faults):
    iso = faults.pop("iso", {})
    sak = faults.pop("sak", 0x20)
    return TypeACard(IsoDepCard(AndroidPhone(KEY.public_key(), b"2018", **faults), **iso), sak=sak)


def test_an_iphone_is_woken_and_read_once():
    card = iphone()
    with door(card, apple=APPLE) as d:
        tap = d.next()
        assert (tap.kind, tap.value, tap.trust) == ("vas", "T-0001", "wallet")
        assert 0 < tap.ms < 1000
        assert card.ecp_heard
        d.nothing_more()
        assert card.inner.deselected == 1


def test_the_next_presentation_is_read_again():
    card = iphone()
    with door(card, apple=APPLE) as d:
        assert d.next().value == "T-0001"
        d.hold(iphone(b"T-0002"))
        assert d.next().value == "T-0002"


def test_without_keys_no_phone_is_woken_or_asked():
    card = iphone(needs_ecp=False)
    with door(card) as d:
        assert d.next().reason is Refusal.UID_NOT_ALLOWED
        assert not card.ecp_heard


def test_a_locked_phone_is_told_once_and_read_when_unlocked():
    with door(iphone(locked_taps=2), apple=APPLE) as d:
        assert d.next().reason is Refusal.LOCKED
        assert d.next().value == "T-0001"
        d.nothing_more()


def test_a_harvested_cryptogram_counts_once():
    old = seal_vas(KEY.public_key(), ONE, b"T-9", time.time())
    with door(iphone(harvested=old), apple=APPLE) as d:
        assert d.next().value == "T-9"
        d.hold(iphone(harvested=old))
        assert d.next().reason is Refusal.REPLAYED


def test_a_phone_with_another_time_is_refused():
    with door(iphone(now=lambda: time.time() - 3600), apple=APPLE) as d:
        assert d.next().reason is Refusal.STALE


@pytest.mark.parametrize(
    "iso",
    [
        {"wtx": 2},
        {"block": 13},
        {"block": 13, "wtx_in_chain": True},
        {"ats": bytes.fromhex("0278")},
        {"ats": bytes.fromhex("037880")},
        {"ats": bytes.fromhex("01")},
        {"ats": bytes.fromhex("0570807002")},
    ],
)
@pytest.mark.parametrize("make", [iphone, android])
def test_the_ways_cards_speak_iso_dep(make, iso):
    with door(make(iso=iso), apple=APPLE, google=GOOGLE) as d:
        assert d.next().value in ("T-0001", "2018")


@pytest.mark.parametrize("faults", [{}, {"chunk": 50}, {"sak": 0x60}])
def test_an_android_phone(faults):
    with door(android(**faults), google=GOOGLE) as d:
        tap = d.next()
        assert (tap.kind, tap.value, tap.trust) == ("smart_tap", "2018", "wallet")


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        (lambda: android(encrypted=False), Refusal.UNENCRYPTED),
        (lambda: android(break_mac=True), Refusal.UNREADABLE),
        (lambda: android(key_version=7), Refusal.NOT_AUTHENTICATED),
        (lambda: android(data_status=b"\x90\x01"), Refusal.NO_PASS),
        (lambda: android(data_status=b"\x92\x00"), Refusal.TRY_AGAIN),
        (lambda: iphone(status=b"\x69\x84"), Refusal.MUST_CHOOSE),
        (lambda: iphone(status=b"\x6a\x80"), Refusal.WALLET_REFUSES),
        (lambda: TypeACard(IsoDepCard(lambda _: b"")), Refusal.BROKEN),
    ],
)
def test_refusals_are_told(card, reason):
    with door(card(), apple=APPLE, google=GOOGLE) as d:
        refused = d.next()
        assert isinstance(refused, Refused)
        assert refused.reason is reason


@pytest.mark.parametrize(
    ("card", "technologies"),
    [
        (lambda m: TypeACard(Type2Tag(m), uid=FIXED, sak=0x00), "A"),
        (lambda m: TypeACard(Type2Tag(m, before=b"\x00\x01\x03\xa0\x0c\x34"), uid=FIXED, sak=0x00), "A"),
        (lambda m: TypeACard(IsoDepCard(Type4Tag(m)), uid=FIXED), "A"),
        (lambda m: TypeACard(IsoDepCard(Type4Tag(m, mle=0x0F), block=20), uid=FIXED), "A"),
        (Type3Tag, "F"),
        (lambda m: TypeBCard(IsoDepCard(Type4Tag(m))), "B"),
    ],
)
@pytest.mark.parametrize("value", ["ticket-7", "ü" * 250])
def test_ndef_text_on_every_kind_of_tag(card, technologies, value):
    with door(card(text(value)), technologies=technologies, apple=APPLE) as d:
        tap = d.next()
        assert (tap.kind, tap.value, tap.trust) == ("ndef_text", value, "tag")


def test_all_technologies_in_one_sweep():
    with door(Type3Tag(text("felica")), technologies="ABF") as d:
        assert d.next().value == "felica"


def test_only_own_uris():
    card = TypeACard(IsoDepCard(Type4Tag(uri("tickets.example/t/abc", 4))), uid=FIXED)
    with door(card, ndef_prefixes=["https://tickets.example/t/"]) as d:
        assert (d.next().value) == "abc"
    with door(card, ndef_prefixes=["https://other.example/"]) as d:
        assert d.next().reason is Refusal.FOREIGN_URI


def test_a_sun_tag_is_proven_and_its_copy_is_not():
    keys = SunKeys(bytes(16), bytes(16))
    tag = SunTag("https://t.example/n")
    options = {"ndef_prefixes": ["https://t.example/"], "sun_keys": keys}
    with door(TypeACard(IsoDepCard(tag), uid=tag.uid), **options) as d:
        tap = d.next()
        assert (tap.kind, tap.value, tap.trust, tap.detail["counter"]) == ("sun", "04DE5F1EACC040", "sun", "1")
        copy = SunTag("https://t.example/n")
        d.hold(TypeACard(IsoDepCard(copy), uid=tag.uid))
        assert d.next().reason is Refusal.REPLAYED
        forged = SunTag("https://t.example/n", file=b"\x01" * 16)
        d.hold(TypeACard(IsoDepCard(forged), uid=tag.uid))
        assert d.next().reason is Refusal.FORGED


@pytest.mark.parametrize("uid", ["04A1B2C3", "04112233445566", "04112233445566778899"])
def test_uids_of_every_length_by_opt_in(uid):
    card = TypeACard(IsoDepCard(lambda _: b"\x6a\x82"), uid=bytes.fromhex(uid))
    with door(card, uid_opt_in=True) as d:
        tap = d.next()
        assert (tap.kind, tap.value, tap.trust) == ("uid", uid, "uid")
    with door(card) as d:
        assert d.next().reason is Refusal.UID_NOT_ALLOWED


@pytest.mark.parametrize(("uid", "reason"), [("08A1B2C3", Refusal.UID_RANDOM), ("01020304", Refusal.UID_FAKE)])
def test_uids_that_say_nothing(uid, reason):
    with door(TypeACard(IsoDepCard(lambda _: b"\x6a\x82"), uid=bytes.fromhex(uid)), uid_opt_in=True) as d:
        assert d.next().reason is reason


def test_another_card_with_a_fixed_uid_needs_no_empty_field():
    with door(TypeACard(Type2Tag(text("one")), uid=FIXED, sak=0), apple=None) as d:
        assert d.next().value == "one"
        d.wire.card = TypeACard(Type2Tag(text("two")), uid=bytes.fromhex("04112233445577"), sak=0)
        assert d.next().value == "two"


def test_a_card_that_trembles_at_first_is_read_in_the_end():
    drops = [True, True]

    def garble(frame):
        return b"\x55" if drops and drops.pop() else frame

    with door(iphone(iso={"garble": garble}), apple=APPLE) as d:
        assert d.next().value == "T-0001"


def test_own_time_for_a_tap():
    """The phone's side, both ends of the wire and all cryptography included."""
    spent = []
    with door(iphone(), apple=APPLE) as d:
        spent.append(d.next().ms)
        for _ in range(2):
            d.hold(iphone())
            spent.append(d.next().ms)
    print(f"VAS taps over udp, ms: {spent}")  # noqa: T201
    assert sorted(spent)[len(spent) // 2] < 50


def test_stopping_is_quick_whatever_goes_on():
    with UdpCard(None) as wire:
        poller = Poller(wire.device, lambda _: None, on_state=lambda _: None)
        poller.start()
        assert wire.polled.wait(5)
        began = time.monotonic()
        assert poller.stop(5)
        assert time.monotonic() - began < 2


def test_a_poller_never_started_stops():
    assert Poller("usb", lambda _: None, on_state=lambda _: None).stop(1)


def test_a_tap_does_not_show_its_value_by_accident():
    assert "secret" not in repr(Tap("vas", "secret", "wallet"))
