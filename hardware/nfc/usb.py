"""USB readers as Linux shows them in /sys: which are there, which nfcpy drives, who may open them, who holds them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SYSFS, DEVICE_NODES = Path("/sys/bus/usb/devices"), Path("/dev/bus/usb")

# nfcpy 1.0.4, nfc/clf/device.py.
NFCPY_READERS = {
    (0x054C, 0x0193): "Sony PN531",
    (0x04CC, 0x0531): "NXP PN531",
    (0x04CC, 0x2533): "NXP PN533",
    (0x04E6, 0x5591): "SCM SCL3711",
    (0x04E6, 0x5593): "SCM SCL3712",
    (0x054C, 0x02E1): "Sony RC-S330/360/370",
    (0x054C, 0x06C1): "Sony RC-S380",
    (0x054C, 0x06C3): "Sony RC-S380",
    (0x072F, 0x2200): "ACS ACR122U",
}
KERNEL_MODULES = ("pn533_usb", "pn533", "port100", "nfc")
_SMART_CARD_CLASS = "0b"


@dataclass(frozen=True, slots=True)
class UsbReader:
    """A contactless or smart-card reader on the bus; `drivers` hold its interfaces (usbfs: some program does)."""

    vendor: int
    product: int
    bus: int
    address: int
    label: str
    node: Path
    drivers: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether nfcpy has a driver for it."""
        return (self.vendor, self.product) in NFCPY_READERS

    @property
    def permitted(self) -> bool:
        """Whether this user may open it."""
        return os.access(self.node, os.R_OK | os.W_OK)

    @property
    def path(self) -> str:
        """Its full nfcpy path: nfcpy reports what is wrong only with a reader named in full."""
        return f"usb:{self.bus:03}:{self.address:03}"


def find_readers(sysfs: Path = SYSFS, nodes: Path = DEVICE_NODES) -> list[UsbReader]:
    """Every reader on the bus, nfcpy's and others."""
    try:
        entries = sorted(sysfs.iterdir())
    except OSError:
        return []
    return [r for r in (_read(entry, nodes) for entry in entries) if r is not None]


def _read(entry: Path, nodes: Path) -> UsbReader | None:
    try:
        vendor, product = int(_text(entry, "idVendor"), 16), int(_text(entry, "idProduct"), 16)
        bus, address = int(_text(entry, "busnum")), int(_text(entry, "devnum"))
    except (OSError, ValueError):
        return None  # an interface, a hub port, or a device that just left
    interfaces = list(_interfaces(entry))
    name = NFCPY_READERS.get((vendor, product))
    if name is None and not any(kind == _SMART_CARD_CLASS for kind, _ in interfaces):
        return None
    drivers = tuple(driver for _, driver in interfaces if driver)
    label = name or _label(entry)
    return UsbReader(vendor, product, bus, address, label, nodes / f"{bus:03}" / f"{address:03}", drivers)


def _interfaces(entry: Path) -> Iterator[tuple[str, str]]:
    for interface in sorted(entry.parent.glob(f"{entry.name}:*")):
        driver = interface / "driver"
        yield _optional(interface, "bInterfaceClass"), driver.resolve().name if driver.exists() else ""


def _label(entry: Path) -> str:
    return f"{_optional(entry, 'manufacturer')} {_optional(entry, 'product')}".strip() or "smart-card reader"


def _text(entry: Path, name: str) -> str:
    return (entry / name).read_text(encoding="utf-8", errors="replace").strip()


def _optional(entry: Path, name: str) -> str:
    try:
        return _text(entry, name)
    except OSError:
        return ""
