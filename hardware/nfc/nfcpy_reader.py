"""nfcpy's drivers behind the reader port: the one module that imports nfcpy (untyped, frozen at 1.0.4).

Driver methods are called directly instead of ContactlessFrontend.connect(): that one skips type A targets with SAK bit
0x40, blocks for seconds, and swallows errors. One thread owns the reader, so its lock is not needed either.
"""

from __future__ import annotations

import errno
import logging
import sys
import time
from contextlib import suppress
from typing import Any

import nfc.clf
import nfc.clf.acr122
import nfc.clf.device
import nfc.clf.pn53x
import nfc.clf.pn532
import nfc.clf.transport
import nfc.clf.udp
import usb1

from hardware.crc_a import ecp_frame
from hardware.nfc.errors import LinkGarbled, LinkTimeout, ReaderTrouble, Reason
from hardware.nfc.nfcpy_card import NfcpyCard
from hardware.nfc.signal import LONGEST_S, signal_of

# nfcpy's debug log holds every value in clear; a tap is somebody's ticket.
logging.getLogger("nfc").setLevel(logging.CRITICAL)

_BRTY = {"A": "106A", "B": "106B", "F": "212F"}
_UDP_SENSE_S = 0.25  # nfcpy waits 1.0 s for each technology; loopback answers in well under a millisecond
_UDP_STILL_THERE_S = 0.15  # two guests may follow each other closely
_UDP_SHORTEST_S = 0.5  # ... but the process at its other end may have to wait for a processor
_SHORTEST_S = 0.1
_GARBLED_MEANS_LOST = 10
_ERRNOS = {errno.EACCES: Reason.NO_PERMISSION, errno.EPERM: Reason.NO_PERMISSION, errno.EBUSY: Reason.BUSY}

# A serial port pulled out mid-call raises termios.error, libusb its own; neither is an OSError.
_REPORTED_BESIDE_OSERROR: tuple[type[Exception], ...] = (usb1.USBError,)
if sys.platform != "win32":
    import termios

    _REPORTED_BESIDE_OSERROR += (termios.error,)

_GARBLED = (nfc.clf.Error, nfc.clf.pn53x.Chipset.Error, ValueError, LookupError, TypeError, AssertionError)
_FOREIGN = (*_GARBLED, OSError, *_REPORTED_BESIDE_OSERROR)


class converted:  # noqa: N801  read as what it does: `with converted():`
    """Nfcpy's errors as ours. What a peer garbles surfaces as any of these from inside its parsers.

    A class and no generator: since Python 3.12 an error that went through a generator keeps the frames it came from,
    and with them the device, until garbage is collected. A reader that failed to open would stay taken that long.
    """

    def __enter__(self) -> None:
        """Nothing is held."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, _FOREIGN):
            raise _as_ours(error) from error  # held by no name, which would make a circle of it and this frame


def _as_ours(error: Exception) -> LinkTimeout | LinkGarbled | ReaderTrouble:
    if isinstance(error, nfc.clf.TimeoutError):
        return LinkTimeout(str(error))
    if isinstance(error, _GARBLED):
        return LinkGarbled(f"{type(error).__name__}: {error}")
    if isinstance(error, OSError):
        return ReaderTrouble(_ERRNOS.get(error.errno or 0, Reason.LOST), str(error))
    return ReaderTrouble(Reason.LOST, str(error))


class NfcpyReader:
    """An open nfcpy device driver. `technologies` in the order they are looked for."""

    def __init__(self, device: Any, name: str, technologies: str = "ABF") -> None:
        self._device = device
        self._technologies = technologies
        self._udp = isinstance(device, nfc.clf.udp.Device)
        self._card: NfcpyCard | None = None
        self._garbled = 0
        self.name = name
        self._patience = _UDP_SENSE_S
        if self._udp:
            self._shorten_sensing()

    def sense(self, *, wake: bool, only: str = "") -> NfcpyCard | None:
        """One sweep: type A, with `wake` Apple's frame and type A again, then the other technologies."""
        self._card = None
        self._patience = _UDP_STILL_THERE_S if only else _UDP_SENSE_S
        self._quietly(self._device.mute)
        for technology in only or self._technologies:
            target = self._look(technology)
            if target is None and technology == "A" and wake and self._send_ecp():
                target = self._look("A")
            if target is not None:
                self._card = NfcpyCard(self.exchange, target, technology, self._frame_room(target))
                return self._card
        return None

    def exchange(self, target: Any, frame: bytes, timeout: float) -> bytes:
        """One frame to a found card and its answer. Raises LinkTimeout, LinkGarbled, ReaderTrouble."""
        shortest = _UDP_SHORTEST_S if self._udp else _SHORTEST_S
        with converted():
            return bytes(self._device.send_cmd_recv_rsp(target, bytearray(frame), max(timeout, shortest)) or b"")

    def signal(self, *, good: bool) -> None:
        """An ACR122U's light and buzzer; other chips that nfcpy drives have none it could reach."""
        chipset = getattr(self._device, "chipset", None)
        if isinstance(chipset, nfc.clf.acr122.Chipset):
            self._quietly(chipset.ccid_xfr_block, bytearray(signal_of(good=good)), LONGEST_S)

    def release(self) -> None:
        """Deselect, so that a phone's wallet ends well, then field off."""
        card, self._card = self._card, None
        if card is not None:
            card.deselect()
        self._quietly(self._device.mute)

    def close(self) -> None:
        """Always close a PN532: one that is left mid-command stays deaf until it is unplugged.

        Drivers first tell the chip to be quiet, and hold on to the device when it does not answer: this program would
        find its own reader taken for as long as it runs.
        """
        transport = getattr(getattr(self._device, "chipset", None), "transport", None)
        try:
            with converted():
                self._device.close()
        except (LinkTimeout, LinkGarbled, ReaderTrouble):
            if transport is not None:
                with suppress(LinkTimeout, LinkGarbled, ReaderTrouble), converted():
                    transport.close()

    def _look(self, technology: str) -> Any | None:
        sense = getattr(self._device, f"sense_tt{technology.lower()}")
        try:
            with converted():
                target = sense(nfc.clf.RemoteTarget(_BRTY[technology]))
        except LinkTimeout:
            return None
        except LinkGarbled as error:
            self._garbled += 1
            if self._garbled >= _GARBLED_MEANS_LOST:
                raise ReaderTrouble(Reason.LOST, str(error)) from error
            return None
        self._garbled = 0
        return target

    def _send_ecp(self) -> bool:
        """Apple's wake-up frame; False on readers that cannot send it."""
        if self._udp:
            # This wire carries no CRC, yet a card may want to see the frame as it is on the air.
            for frame in (ecp_frame(), ecp_frame()[:-2]):
                self._quietly(self._device._send_data, "106A", frame, self._device.addr)  # noqa: SLF001
            return True
        chipset = getattr(self._device, "chipset", None)
        if not isinstance(chipset, nfc.clf.pn53x.Chipset):
            return False
        self._quietly(_ecp_on_pn53x, chipset)
        return True

    def _shorten_sensing(self) -> None:
        receive = self._device._recv_data  # noqa: SLF001  nfcpy is frozen; its time-outs are not settable otherwise

        def shorter(timeout: float | None, *technologies: str) -> Any:
            return receive(self._patience if timeout == 1.0 else timeout, *technologies)

        self._device._recv_data = shorter  # noqa: SLF001

    def _frame_room(self, target: Any) -> tuple[int, int]:
        return self._device.get_max_send_data_size(target), self._device.get_max_recv_data_size(target)

    def _quietly(self, call: Any, *arguments: Any) -> None:
        """For what gets no answer from a card; only a lost reader matters."""
        try:
            with converted():
                call(*arguments)
        except (LinkTimeout, LinkGarbled):
            return


def _ecp_on_pn53x(chipset: Any) -> None:
    """A failed search leaves the chip sending 7-bit frames without CRC: back to whole bytes, the CRC is ours."""
    chipset.rf_configuration(0x02, bytearray([10, 11, 5]))  # nobody answers: wait 1.6 ms, not the 51 ms of before
    chipset.write_register("CIU_BitFraming", 0x00)
    chipset.in_communicate_thru(bytearray(ecp_frame()), 0.25)


def open_path(path: str) -> Any:
    """A device by nfcpy's own path. Raises ReaderTrouble."""
    with converted_opening(path):
        device = nfc.clf.device.connect(path)
    if device is None:
        raise ReaderTrouble(Reason.MISSING, path)
    return device


def open_pn532(port: str, *, raise_speed: bool = True) -> Any:
    """A PN532 on any serial port by its full name. Raises ReaderTrouble.

    nfcpy raises the speed to 921600 baud on Linux, which many clones cannot hold: `raise_speed` False stays at 115200.
    """
    with converted_opening(port):
        transport = nfc.clf.transport.TTY(port)
        try:
            return nfc.clf.pn532.init(transport) if raise_speed else _slow_pn532(transport)
        except BaseException:
            transport.close()
            raise


class converted_opening:  # noqa: N801  as above
    """Errors while opening: what is not permission or somebody else's is a reader that is not there."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        """Nothing is held."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, _FOREIGN):
            raise self._not_opened(_as_ours(error)) from error

    def _not_opened(self, error: LinkTimeout | LinkGarbled | ReaderTrouble) -> ReaderTrouble:
        if not isinstance(error, ReaderTrouble):
            return ReaderTrouble(Reason.MISSING, f"{self._name}: {error}")
        reason = Reason.MISSING if error.reason is Reason.LOST else error.reason
        return ReaderTrouble(reason, f"{self._name}: {error.detail}")


def _slow_pn532(transport: Any) -> Any:
    """Wake the chip out of serial sleep (a long preamble), leave its security module out, keep the speed."""
    for command, code in ((bytearray([0x02]), 0x03), (bytearray([0x14, 0x01, 0x00, 0x00]), 0x15)):
        body = bytearray([0xD4]) + command
        size = len(body)
        frame = bytearray([0, 0, 0xFF, size, -size & 0xFF]) + body + bytearray([-sum(body) & 0xFF, 0])
        transport.write(bytearray(10) + frame)
        if transport.read(100) != nfc.clf.pn532.Chipset.ACK or transport.read(100)[6:7] != bytes([code]):
            raise OSError(errno.ENODEV, "no PN532 answers")
        time.sleep(0.001)
    return nfc.clf.pn532.Device(nfc.clf.pn532.Chipset(transport, logger=_log), logger=_log)


_log = logging.getLogger("nfc.clf.pn532")
