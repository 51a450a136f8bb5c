"""Why no USB reader can be used, and what to do: for the doctor and for a reader that will not open."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hardware.nfc.errors import ADVICE, Reason
from hardware.nfc.usb import DEVICE_NODES, KERNEL_MODULES, NFCPY_READERS, SYSFS, UsbReader, find_readers

UDEV_FILE = "/etc/udev/rules.d/60-nfc-readers.rules"  # uaccess works only in files numbered below 73
BLACKLIST_FILE = "/etc/modprobe.d/blacklist-nfc.conf"
PCSCD_SOCKET = Path("/run/pcscd/pcscd.comm")
_ACR122U = (0x072F, 0x2200)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing in the way: `subject` (a reader or a library), why, what to do, and the text of a file to install."""

    reason: Reason
    subject: str
    remedy: str
    file: str = ""
    content: str = ""

    @property
    def title(self) -> str:
        """What is wrong with what, in a few words."""
        return f"{self.subject}: {self.reason.value.replace('_', ' ')}"

    @property
    def advice(self) -> str:
        """What to do, with the whole text of the file to install."""
        return f"{self.remedy}\n{self.file}:\n{self.content}" if self.file else self.remedy


def udev_rules() -> str:
    """Rules that let whoever sits at the machine, and group plugdev, open the readers nfcpy drives."""
    return "".join(
        f'SUBSYSTEM=="usb", ATTRS{{idVendor}}=="{vendor:04x}", ATTRS{{idProduct}}=="{product:04x}", '
        'MODE="0660", GROUP="plugdev", TAG+="uaccess"\n'
        for vendor, product in NFCPY_READERS
    )


def blacklist() -> str:
    """Keeps the kernel's own NFC drivers off the readers; nfcpy does not detach them."""
    return "".join(f"blacklist {module}\n" for module in KERNEL_MODULES)


def has_libusb() -> bool:
    """Whether the libusb-1.0 shared library loads, by the name nfcpy's binding asks for."""
    names = {"win32": "libusb-1.0.dll", "darwin": "libusb-1.0.dylib"}
    try:
        ctypes.CDLL(names.get(sys.platform, "libusb-1.0.so.0"))
    except OSError:
        return False
    return True


def diagnose(
    sysfs: Path = SYSFS,
    nodes: Path = DEVICE_NODES,
    pcscd: Path = PCSCD_SOCKET,
    libusb: Callable[[], bool] = has_libusb,
) -> list[Finding]:
    """Everything in the way of the USB readers that are plugged in, most basic first; no reader is no trouble."""
    findings = [] if libusb() else [Finding(Reason.NO_LIBUSB, "libusb", ADVICE[Reason.NO_LIBUSB])]
    for reader in find_readers(sysfs, nodes):
        findings.extend(_about(reader, pcscd))
    return findings


def _about(reader: UsbReader, pcscd: Path) -> Iterator[Finding]:
    subject = f"{reader.label} ({reader.vendor:04x}:{reader.product:04x})"
    if not reader.known:
        yield Finding(Reason.UNSUPPORTED, subject, ADVICE[Reason.UNSUPPORTED])
        return
    if not reader.permitted:
        yield Finding(Reason.NO_PERMISSION, subject, ADVICE[Reason.NO_PERMISSION], UDEV_FILE, udev_rules())
    modules = [d for d in reader.drivers if d in KERNEL_MODULES]
    if modules:
        unload = f"`sudo modprobe -r {modules[0]}`"  # the blacklist keeps modules out, and takes none away
        remedy = f"the kernel module {modules[0]} holds the reader; install the blacklist, then {unload}"
        yield Finding(Reason.BUSY, subject, remedy, BLACKLIST_FILE, blacklist())
    elif "usbfs" in reader.drivers:
        yield Finding(Reason.BUSY, subject, ADVICE[Reason.BUSY])
    elif (reader.vendor, reader.product) == _ACR122U and pcscd.exists():
        yield Finding(Reason.BUSY, subject, "pcscd claims this reader; stop pcscd, or use the reader as pcsc:ACR122U")
