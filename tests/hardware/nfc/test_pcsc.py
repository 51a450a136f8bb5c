"""PC/SC without PC/SC: pyscard's surface in a few lines, the emulated phones and tags behind it."""

import queue
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sim.phones import AndroidPhone, ApplePhone
from sim.tags import Type2Tag, Type4Tag, text

from hardware.apple_vas import AppleWallet
from hardware.nfc import Poller, Reason
from hardware.nfc.errors import ReaderTrouble
from hardware.nfc.pcsc_reader import open_pcsc
from hardware.nfc.signal import signal_of
from hardware.smart_tap import GoogleWallet

KEY = ec.generate_private_key(ec.SECP256R1())
ID = "pass.org.example.venue"
ISO_ATR = bytes.fromhex("3B80800101")
TYPE_2_ATR = bytes.fromhex("3B8F8001804F0CA0000003060300030000000068")


class SmartcardException(Exception):
    pass


class BaseSCardException(Exception):
    """Pyscard's other family: no SmartcardException, as in pyscard itself."""


class EstablishContextException(BaseSCardException):
    pass


class NoCardException(SmartcardException):
    pass


class CardConnectionException(SmartcardException):
    def __init__(self, message="", hresult=-1):
        super().__init__(message)
        self.hresult = hresult


class Connection:
    def __init__(self, slot):
        self.slot = slot

    def connect(self, mode=None, disposition=None):
        if self.slot.gone:
            raise self.slot.gone
        self.direct = mode == 3
        if not self.direct and self.slot.apdus is None:
            raise NoCardException

    def getATR(self):  # noqa: N802  pyscard's name
        return list(self.slot.atr)

    def transmit(self, apdu):
        if self.slot.gone:
            raise self.slot.gone
        answer = self.slot.answer(bytes(apdu))
        return list(answer[:-2]), answer[-2], answer[-1]

    def control(self, code, data):
        assert self.direct
        if self.slot.no_escape:
            raise SmartcardException("escape is not enabled")
        self.slot.escapes.append((code, bytes(data)))
        return [0x90, 0x02]

    def disconnect(self):
        self.slot.disconnected += 1


class Slot:
    def __init__(self, apdus, atr=ISO_ATR, uid=b"\x08\x01\x02\x03"):
        self.apdus, self.atr, self.uid = apdus, atr, uid
        self.no_context = self.no_escape = False
        self.escapes = []
        self.gone, self.disconnected = None, 0

    def answer(self, apdu):
        if apdu[:2] == b"\xff\xca":
            return self.uid + b"\x90\x00"
        if apdu[:2] == b"\xff\xb0":
            return (self.apdus.receive(bytes([0x30, apdu[3]])) or b"") + b"\x90\x00"
        return self.apdus(apdu)

    def listed(self):
        if self.no_context:
            raise EstablishContextException("service not available")
        return [self]

    def createConnection(self):  # noqa: N802  pyscard's name
        if self.no_context:
            raise EstablishContextException("service not available")
        return Connection(self)

    def __str__(self):
        return "ACS ACR1252 Dual Reader [PICC] 00 00"


def loader(slot):
    modules = {
        "smartcard.System": SimpleNamespace(readers=slot.listed),
        "smartcard.pcsc.PCSCExceptions": SimpleNamespace(BaseSCardException=BaseSCardException),
        "smartcard.Exceptions": SimpleNamespace(
            SmartcardException=SmartcardException,
            NoCardException=NoCardException,
            CardConnectionException=CardConnectionException,
        ),
    }
    return modules.__getitem__


@pytest.mark.parametrize(
    ("slot", "kind", "value"),
    [
        (lambda: Slot(ApplePhone({ID: (KEY.public_key(), b"T-1")})), "vas", "T-1"),
        (lambda: Slot(AndroidPhone(KEY.public_key(), b"2018", chunk=40)), "smart_tap", "2018"),
        (lambda: Slot(Type4Tag(text("four"))), "ndef_text", "four"),
        (lambda: Slot(Type2Tag(text("two")), TYPE_2_ATR, bytes(range(4, 11))), "ndef_text", "two"),
        (lambda: Slot(lambda _: b"\x6a\x82", uid=bytes(range(4, 11))), "uid", "0405060708090A"),
    ],
)
def test_what_pcsc_can_read(slot, kind, value):
    held, taps, states = slot(), queue.Queue(), []
    options = {"apple": AppleWallet((ID,), (KEY,)), "google": GoogleWallet(20180608, KEY), "uid_opt_in": True}
    poller = Poller(
        "pcsc:1252", taps.put, on_state=states.append, opener=lambda d, _: open_pcsc(d[5:], loader(held)), **options
    )
    poller.start()
    tap = taps.get(timeout=5)
    assert poller.stop(5)
    assert (tap.kind, tap.value) == (kind, value)
    assert held.disconnected
    assert states[0].name.startswith("ACS ACR1252")


@pytest.mark.parametrize(
    "gone",
    [
        SmartcardException("reader removed"),
        CardConnectionException("unknown reader", hresult=-2146435063),  # SCARD_E_UNKNOWN_READER, as pyscard has it
        CardConnectionException("unavailable", hresult=0x80100017),
        CardConnectionException("service stopped", hresult=0x8010001E),
    ],
)
def test_empty_field_and_a_reader_that_leaves(gone):
    slot = Slot(None)
    reader = open_pcsc("acr", loader(slot))
    assert reader.sense(wake=True) is None
    slot.gone = CardConnectionException("no answer from the card", hresult=0x80100066)
    assert reader.sense(wake=True) is None
    slot.gone = gone
    with pytest.raises(ReaderTrouble) as caught:
        reader.sense(wake=True)
    assert caught.value.reason is Reason.LOST


@pytest.mark.parametrize("no_escape", [False, True])
def test_a_verdict_by_light_and_buzzer(no_escape):
    """To the reader itself, card or no card; a driver that refuses it costs the light, not the reader."""
    slot = Slot(None)
    slot.no_escape = no_escape
    reader = open_pcsc("acr", loader(slot))
    reader.signal(good=True)
    assert slot.escapes == ([] if no_escape else [(0x42000000 + 3500, signal_of(good=True))])
    assert reader.sense(wake=True) is None


def test_a_service_that_is_gone_is_a_lost_reader():
    slot = Slot(None)
    reader = open_pcsc("acr", loader(slot))
    slot.no_context = True
    with pytest.raises(ReaderTrouble) as caught:
        reader.sense(wake=True)
    assert caught.value.reason is Reason.LOST


def test_a_service_that_is_not_there_yet_is_named():
    slot = Slot(None)
    slot.no_context = True
    with pytest.raises(ReaderTrouble) as caught:
        open_pcsc("acr", loader(slot))
    assert caught.value.reason is Reason.MISSING
    assert "pcscd does not answer" in str(caught.value)


def test_no_pyscard_and_no_such_reader():
    def without(_name):
        raise ImportError

    with pytest.raises(ReaderTrouble) as caught:
        open_pcsc("", without)
    assert caught.value.reason is Reason.NO_PCSC
    with pytest.raises(ReaderTrouble) as caught:
        open_pcsc("omnikey", loader(Slot(None)))
    assert caught.value.reason is Reason.MISSING
    assert "ACR1252" in str(caught.value)
