"""nfcpy's real PN532 and ACR122U drivers against a simulated chip: the radio is the only thing left out."""

import errno
import gc
import logging
import queue
import weakref
from contextlib import contextmanager, suppress
from pathlib import Path

import nfc.clf.acr122
import nfc.clf.device
import nfc.clf.pn532
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sim.iso_dep import IsoDepCard
from sim.phones import AndroidPhone, ApplePhone
from sim.pn532 import Acr122uTransport, ObjectTransport, Pn532, PtyPn532
from sim.tags import Type2Tag, Type3Tag, Type4Tag, TypeBCard, text
from sim.type_a import TypeACard

from hardware.apple_vas import AppleWallet
from hardware.nfc import Poller, ReaderCondition, Reason, devices
from hardware.nfc.devices import open_device
from hardware.nfc.errors import ReaderTrouble
from hardware.nfc.nfcpy_reader import NfcpyReader, open_pn532
from hardware.nfc.signal import signal_of
from hardware.nfc.usb import UsbReader
from hardware.smart_tap import GoogleWallet

KEY = ec.generate_private_key(ec.SECP256R1())
ID = "pass.org.example.venue"
OPTIONS = {"apple": AppleWallet((ID,), (KEY,)), "google": GoogleWallet(20180608, KEY)}
LONG = "x" * 300


def iphone(**iso):
    return TypeACard(IsoDepCard(ApplePhone({ID: (KEY.public_key(), b"T-0001")}), **iso), needs_ecp=True)


def android(**faults):
    return TypeACard(IsoDepCard(AndroidPhone(KEY.public_key(), b"2018", **faults), block=200), sak=0x60)


def on_object(transport):
    chip = nfc.clf.pn532.Chipset(transport, logging.getLogger("nfc"))
    return nfc.clf.pn532.Device(chip, logging.getLogger("nfc"))


def on_acr122u(transport):
    return nfc.clf.acr122.init(transport)


READERS = {"pn532": (ObjectTransport, on_object), "acr122u": (Acr122uTransport, on_acr122u)}


@contextmanager
def polling(opener, **options):
    events, states = queue.Queue(), queue.Queue()
    poller = Poller("usb", events.put, on_state=states.put, opener=opener, **{**OPTIONS, **options})
    poller.start()
    try:
        yield events, states
    finally:
        assert poller.stop(5)


@pytest.fixture(params=READERS)
def reader(request):
    kind, build = READERS[request.param]

    def make(card):
        transport = kind(Pn532(card))
        return transport, lambda _device, technologies: NfcpyReader(build(transport), request.param, technologies)

    return make


CARDS = {
    "iphone": (iphone, "T-0001"),
    "iphone, small blocks": (lambda: iphone(block=20, wtx=1), "T-0001"),
    "android, sak 60": (android, "2018"),
    "android, chunked": (lambda: android(chunk=60), "2018"),
    "type 2": (lambda: TypeACard(Type2Tag(text(LONG)), uid=bytes(range(4, 11)), sak=0), LONG),
    "type 2, ten bytes": (lambda: TypeACard(Type2Tag(text("ten")), uid=bytes(range(4, 14)), sak=0), "ten"),
    "type 3": (lambda: Type3Tag(text(LONG)), LONG),
    "type 4": (lambda: TypeACard(IsoDepCard(Type4Tag(text(LONG))), uid=bytes(range(4, 11))), LONG),
    "type 4B": (lambda: TypeBCard(IsoDepCard(Type4Tag(text("b")))), "b"),
}


@pytest.mark.parametrize("card", CARDS)
def test_everything_through_the_drivers(reader, card):
    make, value = CARDS[card]
    transport, opener = reader(make())
    with polling(opener) as (events, _):
        tap = events.get(timeout=8)
        assert tap.value == value
    assert transport.closed


def test_own_time_through_the_driver(reader):
    _, opener = reader(iphone())
    with polling(opener) as (events, _):
        spent = events.get(timeout=8).ms
    print(f"VAS tap through a simulated chip: {spent} ms")  # noqa: T201
    assert spent < 50


def test_a_reader_that_cannot_say_its_name_is_looked_for_again(reader):
    """nfcpy's ACR122U driver splits a product name that a half-dead device does not tell: AttributeError."""
    _, opener = reader(iphone())
    tries = []

    def second_time(device, technologies):
        tries.append(device)
        return opener(device, technologies) if len(tries) > 1 else None.split()

    with polling(second_time) as (events, states):
        assert states.get(timeout=5).reason is Reason.MISSING
        assert events.get(timeout=8).value == "T-0001"


def test_verdicts_by_light_and_buzzer():
    """ACS's command through nfcpy's driver: red and four short tones; the tap after it is read as ever."""
    transport = Acr122uTransport(Pn532(iphone()))
    events = queue.Queue()
    poller = Poller("usb", events.put, on_state=lambda _: None, opener=lambda *_: lamp, **OPTIONS)
    lamp = NfcpyReader(on_acr122u(transport), "acr122u", "ABF")
    poller.signal(good=False)
    poller.start()
    assert events.get(timeout=8).value == "T-0001"
    assert poller.stop(5)
    assert signal_of(good=False) in transport.escapes
    assert (signal_of(good=True).hex(), signal_of(good=False).hex()) == ("ff0040ee0403000101", "ff0040de0401010401")


def test_a_chip_without_lights_is_left_alone():
    chip = Pn532()
    reader = NfcpyReader(on_object(ObjectTransport(chip)), "pn532", "A")
    before = list(chip.commands)
    reader.signal(good=True)
    assert chip.commands == before


def test_a_reader_that_stumbles_is_let_go():
    """A dumb chip cannot be told to be quiet before it is closed; its USB interface would stay ours, and be "busy"."""
    transport = ObjectTransport(Pn532())
    reader = NfcpyReader(on_object(transport), "pn532", "A")
    transport.unplugged = True
    reader.close()
    assert transport.closed


def test_a_reader_that_cannot_be_opened_is_let_go_at_once(monkeypatch):
    """Without a collection of garbage: the next try would find it taken, by this very program."""
    opened = []

    def connect(_path):
        transport = ObjectTransport(Pn532())
        opened.append(weakref.ref(transport))
        raise OSError(errno.EIO, "no answer")

    monkeypatch.setattr(devices, "find_readers", lambda: [UsbReader(0x04CC, 0x2533, 1, 2, "PN533", Path("/dev/null"))])
    monkeypatch.setattr(devices, "has_libusb", lambda: True)
    monkeypatch.setattr(nfc.clf.device, "connect", connect)
    gc.disable()
    try:
        with suppress(ReaderTrouble):
            open_device("usb")
        assert opened[0]() is None
    finally:
        gc.enable()


def test_a_reader_pulled_out_is_lost_and_found_again():
    card = iphone()
    transports = []

    def opener(_device, technologies):
        transports.append(ObjectTransport(Pn532(card)))
        return NfcpyReader(on_object(transports[-1]), "pn532", technologies)

    with polling(opener) as (events, states):
        assert states.get(timeout=5).condition is ReaderCondition.READY
        assert events.get(timeout=8).value == "T-0001"
        transports[0].unplugged = True
        lost = states.get(timeout=5)
        assert (lost.condition, lost.reason) == (ReaderCondition.TROUBLE, Reason.LOST)
        assert states.get(timeout=5).condition is ReaderCondition.READY
        assert events.get(timeout=8).value == "T-0001"


@pytest.mark.parametrize("suffix", ["", ":115200"])
def test_a_pn532_on_a_serial_port(suffix):
    chip = Pn532(iphone())
    with PtyPn532(chip) as pty:
        device = f"tty:{pty.port}:pn532{suffix}"
        with polling(lambda _, technologies: open_device(device, technologies)) as (events, _):
            assert events.get(timeout=10).value == "T-0001"
    speed_was_set = 0x10 in chip.commands[: chip.commands.index(0x00)]
    assert speed_was_set == (suffix == "")


def test_a_serial_port_with_nothing_behind_it():
    chip = Pn532()
    chip.mute = True
    with PtyPn532(chip) as pty, pytest.raises(ReaderTrouble) as caught:
        open_pn532(pty.port)
    assert caught.value.reason is Reason.MISSING


def test_a_port_that_does_not_exist():
    with pytest.raises(ReaderTrouble) as caught:
        open_device("tty:/dev/pts/none:pn532")
    assert caught.value.reason is Reason.MISSING
