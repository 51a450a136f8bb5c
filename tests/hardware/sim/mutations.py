"""Taps gone wrong: whatever a card, a phone, the air or the reader's chip answers may be changed on its way."""

import logging
import random

import nfc.clf.pn532
from cryptography.hazmat.primitives.asymmetric import ec

from hardware.apdu import TapBroken
from hardware.apple_vas import AppleWallet
from hardware.nfc.conversation import Accepted, converse
from hardware.nfc.errors import ReaderTrouble
from hardware.nfc.nfcpy_reader import NfcpyReader
from hardware.nfc.tap import Tap
from hardware.smart_tap import GoogleWallet
from hardware.sun import SunKeys

from .iso_dep import IsoDepCard
from .phones import AndroidPhone, ApplePhone
from .pn532 import ObjectTransport, Pn532
from .tags import SunTag, Type2Tag, Type3Tag, Type4Tag, TypeBCard, text, uri
from .type_a import TypeACard

KEY = ec.generate_private_key(ec.SECP256R1())
IDS = ("pass.org.example.one", "pass.org.example.two")
FIXED = bytes.fromhex("04112233445566")
PREFIX = "https://t.example/"
SECRETS = {"vas": "T-0001", "smart_tap": "2018"}
STATUSES = [0x9000, 0x9100, 0x9001, 0x6A82, 0x6A83, 0x6287, 0x6984, 0x9302, 0x9406, 0x9500, 0x6F00]

CARDS = (
    lambda wrap: _iso(wrap(ApplePhone({IDS[1]: (KEY.public_key(), b"T-0001")}))),
    lambda wrap: _iso(wrap(AndroidPhone(KEY.public_key(), b"2018", chunk=90))),
    lambda wrap: _iso(wrap(Type4Tag(text("ticket-7")))),
    lambda wrap: _iso(wrap(SunTag(PREFIX))),
    lambda wrap: TypeBCard(IsoDepCard(wrap(Type4Tag(uri(PREFIX + "abc"))))),
    lambda _: TypeACard(Type2Tag(text("ticket-7"), before=b"\x01\x03\xa0\x0c\x34"), uid=FIXED, sak=0),
    lambda _: Type3Tag(text("ticket-7" * 9)),
)


def _iso(apdus):
    return TypeACard(IsoDepCard(apdus, block=40, wtx=1), sak=0x60)


def mutate(rng, data):
    """The bytes with one thing wrong."""
    data = bytearray(data)
    kind = rng.randrange(8)
    at = rng.randrange(len(data)) if data else 0
    if kind == 0 and data:
        data[at] ^= 1 << rng.randrange(8)
    elif kind == 1 and data:
        data[at] = rng.choice((0x00, 0x01, 0x7F, 0x80, 0x81, 0x82, 0xFF))
    elif kind == 2:
        del data[at:]
    elif kind == 3 and data:
        del data[at]
    elif kind == 4:
        data[at:at] = rng.randbytes(rng.choice((1, 2, 40)))
    elif kind == 5:
        data = bytearray(rng.randbytes(rng.randrange(64)))
    elif kind == 6:
        data[-2:] = rng.choice(STATUSES).to_bytes(2, "big")
    else:
        data += data[at:]
    return bytes(data[:255])


class Faulty:
    """Changes about one answer in `rare`, wherever it stands in for what is called with bytes and answers bytes."""

    def __init__(self, rng, rare):
        self.rng, self.rare = rng, rare

    def __call__(self, answer):
        return mutate(self.rng, answer) if answer is not None and self.rng.randrange(self.rare) == 0 else answer

    def around(self, apdus):
        return lambda apdu: self(apdus(apdu))


class FaultyAir:
    """Between chip and card."""

    def __init__(self, card, faulty):
        self.card, self.faulty = card, faulty

    def field_off(self):
        self.card.field_off()

    def answer(self, technology, frame):
        return self.faulty(self.card.answer(technology, frame))


class FaultyChip(Pn532):
    """Between reader and host; honest until the driver is up."""

    faulty = staticmethod(lambda answer: answer)

    def command(self, code, data):
        return self.faulty(super().command(code, data))


def faulty_tap(seed):
    """One tap with faults; what came of it. Whatever it raises besides the two expected troubles is a bug."""
    rng = random.Random(seed)
    faulty = Faulty(rng, rng.choice((2, 4, 8)))
    layer = rng.choice(("apdu", "air", "air", "chip"))
    card = rng.choice(CARDS)(faulty.around if layer == "apdu" else lambda apdus: apdus)
    chip = FaultyChip(FaultyAir(card, faulty) if layer == "air" else card)
    log = logging.getLogger("nfc")
    reader = NfcpyReader(nfc.clf.pn532.Device(nfc.clf.pn532.Chipset(ObjectTransport(chip), log), log), "faulty")
    if layer == "chip":
        chip.faulty = faulty
    accepted = Accepted(
        AppleWallet(IDS, (KEY,)), GoogleWallet(20180608, KEY), [PREFIX], sun_keys=SunKeys(bytes(16), bytes(16))
    )
    try:
        found = reader.sense(wake=True)
        result = converse(found, accepted) if found else None
        reader.release()
    except (TapBroken, ReaderTrouble) as expected:
        result = expected
    if seed % 20 == 0:
        reader.close()  # sleeps 10 ms each time
    if isinstance(result, Tap) and result.kind in SECRETS:
        assert result.value == SECRETS[result.kind], seed
    if isinstance(result, Tap) and result.kind == "sun":
        assert result.value == "04DE5F1EACC040", seed
    return result
