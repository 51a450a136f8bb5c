"""What can be wrong with a reader, and with the link to a card."""

from __future__ import annotations

from enum import Enum


class Reason(Enum):
    """Why a reader cannot be used."""

    NO_LIBUSB = "no_libusb"
    NO_PCSC = "no_pcsc"
    NO_PERMISSION = "no_permission"
    BUSY = "busy"
    UNSUPPORTED = "unsupported"
    MISSING = "missing"
    LOST = "lost"
    BAD_DEVICE = "bad_device"


ADVICE = {
    Reason.NO_LIBUSB: "libusb is not installed; on Debian and Ubuntu: apt install libusb-1.0-0",
    Reason.NO_PCSC: "PC/SC support is not installed; install the 'pcsc' extra (pyscard), and pcscd with libccid",
    Reason.NO_PERMISSION: "this user may not open the reader; install the udev rule the doctor prints and replug it; "
    "who does not sit at the machine also needs `sudo usermod -aG plugdev USER` and to sign in again",
    Reason.BUSY: "something else holds the reader; stop pcscd, or keep the kernel's module off it as the doctor prints",
    Reason.UNSUPPORTED: "nfcpy does not know this reader; use it through PC/SC, or a PN532 or PN533 reader",
    Reason.MISSING: "no reader found there; plug it in or check the device name",
    Reason.LOST: "the reader stopped answering; it is looked for again",
    Reason.BAD_DEVICE: "not a device name: use udp:HOST:PORT, usb, usb:VVVV:PPPP, tty:USB0:pn532 or pcsc:NAME",
}


class ReaderTrouble(Exception):
    """The reader cannot be used, for `reason`; the text says what to do about it."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{ADVICE[reason]} ({detail})" if detail else ADVICE[reason])
        self.reason = reason
        self.detail = detail


class LinkTimeout(Exception):
    """The card did not answer in time."""


class LinkGarbled(Exception):
    """What came back from the card, or of it from the reader, cannot be right."""
