"""PC/SC readers behind the reader port, through pyscard: an optional extra, and the sane way on Windows.

Reads cards and Android phones; an iPhone only when its holder has chosen the pass by hand, because PC/SC has no way to
send Apple's wake-up frame.
"""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Callable, Sequence
from typing import Any

from hardware.apdu import TapBroken
from hardware.nfc.errors import ReaderTrouble, Reason
from hardware.nfc.port import CardKind
from hardware.nfc.signal import signal_of

log = logging.getLogger(__name__)

_SHARE_DIRECT, _LEAVE_CARD = 3, 0  # winscard.h: to the reader itself, whether a card is there or not
# SCARD_CTL_CODE(3500), "escape": winsmcrd.h and pcsc-lite's reader.h build it differently.
_ESCAPE = 0x31 << 16 | 3500 << 2 if sys.platform == "win32" else 0x42000000 + 3500
_UID = bytes.fromhex("FFCA000000")
# PC/SC part 3, supplemental document: the RID in the ATR of storage cards, then the standard byte and the card name.
_STORAGE_RID = bytes.fromhex("A000000306")
_FELICA, _TYPE_A_3 = 0x11, 0x03
_TYPE_2_NAMES = frozenset({0x0003, 0x003A, 0x003D})
# winscard.h: invalid handle, unknown reader, reader unavailable, no service, service stopped, no readers.
_GONE = frozenset({0x80100003, 0x80100009, 0x80100017, 0x8010001D, 0x8010001E, 0x8010002E})


class PcscCard:
    """A connected card."""

    def __init__(self, connection: Any, errors: tuple[type[Exception], ...]) -> None:
        self._connection = connection
        self._errors = errors
        self.kind, self.technology = _kind(bytes(connection.getATR()))
        answer = self._raw(_UID)
        self.uid = answer[:-2] if answer[-2:] == b"\x90\x00" else b""
        if len(self.uid) == 8:
            self.technology = "F"

    def transmit(self, apdu: bytes) -> bytes:
        """One APDU. Raises TapBroken."""
        return self._raw(apdu)

    def exchange(self, frame: bytes) -> bytes:
        """READ of a type 2 tag as the pseudo-APDU that PC/SC has for it; nothing else is known here."""
        if self.kind is not CardKind.TYPE_2 or len(frame) != 2 or frame[0] != 0x30:
            return b""
        answer = self._raw(bytes([0xFF, 0xB0, 0x00, frame[1], 16]))
        return answer[:-2] if answer[-2:] == b"\x90\x00" else b""

    def _raw(self, apdu: bytes) -> bytes:
        try:
            data, high, low = self._connection.transmit(list(apdu))
        except self._errors as error:
            raise TapBroken(f"pcsc: {error}") from error
        return bytes(data) + bytes([high, low])


class PcscReader:
    """One PC/SC reader. `errors` are pyscard's exception classes: no card, and everything else."""

    def __init__(self, reader: Any, no_card: tuple[type[Exception], ...], errors: tuple[type[Exception], ...]) -> None:
        self._reader = reader
        self._absent: tuple[type[Exception], ...] = (*no_card, TapBroken)
        self._errors = errors
        self._connection: Any = None
        self.name = str(reader)

    def sense(self, *, wake: bool, only: str = "") -> PcscCard | None:
        """A card if one is there; `wake` and `only` are beyond PC/SC."""
        self.release()
        try:
            self._connection = self._reader.createConnection()
            self._connection.connect()
            return PcscCard(self._connection, self._errors)
        except self._absent as error:
            if _code(error) in _GONE:
                raise ReaderTrouble(Reason.LOST, str(error)) from error
            return None
        except self._errors as error:
            raise ReaderTrouble(Reason.LOST, str(error)) from error

    def signal(self, *, good: bool) -> None:
        """By an escape command, which the driver may refuse: a light is no reason to lose the reader."""
        self.release()
        try:
            connection = self._reader.createConnection()
            connection.connect(mode=_SHARE_DIRECT, disposition=_LEAVE_CARD)
            connection.control(_ESCAPE, list(signal_of(good=good)))
            connection.disconnect()
        except self._errors as error:
            log.info("%s shows no verdict: %s", self.name, error)

    def release(self) -> None:
        """Disconnect; the service switches the field off and on."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.disconnect()
            except self._errors:
                return

    def close(self) -> None:
        """Give the connection back."""
        self.release()


def open_pcsc(name: str, load: Callable[[str], Any] = importlib.import_module) -> PcscReader:
    """The first reader whose name contains `name`. Raises ReaderTrouble."""
    try:
        system, errors = load("smartcard.System"), load("smartcard.Exceptions")
        of_the_service = load("smartcard.pcsc.PCSCExceptions")
    except ImportError as error:
        raise ReaderTrouble(Reason.NO_PCSC) from error
    # Two families that know nothing of each other: a service that is away is told by the second.
    every = (errors.SmartcardException, of_the_service.BaseSCardException)
    try:
        readers: Sequence[Any] = system.readers()
    except every as error:
        raise ReaderTrouble(Reason.MISSING, f"pcscd does not answer: {error}") from error
    chosen = next((r for r in readers if name.lower() in str(r).lower()), None)
    if chosen is None:
        raise ReaderTrouble(Reason.MISSING, f"pcsc:{name}; present: {', '.join(map(str, readers)) or 'none'}")
    return PcscReader(chosen, (errors.NoCardException, errors.CardConnectionException), every)


def _code(error: BaseException) -> int:
    """The service's own code behind an error of pyscard's; 0 for none. Signed or not, by version."""
    found = getattr(error, "hresult", 0) or getattr(error.__cause__, "hresult", 0)
    return found & 0xFFFFFFFF if isinstance(found, int) else 0


def _kind(atr: bytes) -> tuple[CardKind, str]:
    at = atr.find(_STORAGE_RID)
    if at < 0 or len(atr) < at + 8:
        return CardKind.ISO_DEP, "A"
    standard, name = atr[at + 5], int.from_bytes(atr[at + 6 : at + 8], "big")
    if standard == _TYPE_A_3 and name in _TYPE_2_NAMES:
        return CardKind.TYPE_2, "A"
    return CardKind.OTHER, "F" if standard == _FELICA else "A"
