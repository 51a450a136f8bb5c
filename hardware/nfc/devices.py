"""From a device string to an open reader.

`udp:HOST:PORT` (tests and demonstrations), `usb` (the first that opens), `usb:VVVV:PPPP`, `usb:BBB:DDD`,
`tty:USB0:pn532`, `tty:/dev/serial/by-id/...:pn532[:115200]`, `com:COM3:pn532`, `pcsc:NAME` (optional extra).
"""

from __future__ import annotations

import re
import sys

from hardware.nfc.diagnosis import has_libusb
from hardware.nfc.errors import ReaderTrouble, Reason
from hardware.nfc.pcsc_reader import open_pcsc
from hardware.nfc.port import Reader
from hardware.nfc.usb import UsbReader, find_readers

_LISTED = sys.platform == "linux"  # where the system says which readers are plugged in, and whose they are
_UDP = re.compile(r"udp:[A-Za-z0-9.-]+:(\d{1,5})")
_USB = re.compile(r"usb(:[0-9a-fA-F]{4}(:[0-9a-fA-F]{4})?|:\d{3}:\d{3})?")
_TTY = re.compile(r"(?:tty:[A-Za-z0-9-]+|com:COM\d+):(?:pn532|arygon)")
_PORT = re.compile(r"tty:(/dev/[\w./:@+-]+?):pn532(:115200)?")
_PCSC = re.compile(r"pcsc:(.*)")


def is_device(device: str) -> bool:
    """Whether this is a device string at all."""
    port = _UDP.fullmatch(device)
    if port:
        return 0 < int(port[1]) < 65536
    return any(form.fullmatch(device) for form in (_USB, _TTY, _PORT, _PCSC))


def open_device(device: str, technologies: str = "ABF") -> Reader:
    """The reader, open. Raises ReaderTrouble, which says what to do."""
    if not is_device(device):
        raise ReaderTrouble(Reason.BAD_DEVICE, device)
    if device.startswith("pcsc:"):
        return open_pcsc(device[5:])
    if device.startswith("usb"):
        return _open_usb(device, technologies)
    # nfcpy takes a fifth of a second to load: only who opens a reader of its kind pays for it.
    from hardware.nfc.nfcpy_reader import NfcpyReader, open_path, open_pn532

    serial = _PORT.fullmatch(device)
    if serial:
        return NfcpyReader(open_pn532(serial[1], raise_speed=not serial[2]), device, technologies)
    return NfcpyReader(open_path(device), device, technologies)


def _open_usb(device: str, technologies: str) -> Reader:
    if not has_libusb():
        raise ReaderTrouble(Reason.NO_LIBUSB)
    from hardware.nfc.nfcpy_reader import NfcpyReader, open_path

    if not _LISTED:
        return NfcpyReader(open_path(device), device, technologies)
    present = [r for r in find_readers() if _matches(r, device)]
    known = [r for r in present if r.known]
    if not known:
        raise ReaderTrouble(Reason.UNSUPPORTED if present else Reason.MISSING, present[0].label if present else device)
    why = Reason.MISSING, device
    for reader in known:
        try:
            return NfcpyReader(open_path(reader.path), reader.label, technologies)
        except ReaderTrouble as error:
            # Not the error itself: kept here it would keep this call, and with it the device that nfcpy has claimed.
            why = error.reason, error.detail
    raise ReaderTrouble(*why)


def _matches(reader: UsbReader, device: str) -> bool:
    parts = device.split(":")[1:]
    if len(parts) == 2 and len(parts[0]) == 3:
        return (reader.bus, reader.address) == (int(parts[0]), int(parts[1]))
    wanted = [int(p, 16) for p in parts]
    return wanted == [reader.vendor, reader.product][: len(wanted)]
