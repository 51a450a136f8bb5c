"""The keyboard scanners of the settings as the hardware room's assembler; needs no window."""

from __future__ import annotations

from hardware.keyboard_layouts import LAYOUTS
from hardware.wedge import Wedge, WedgeProfile
from scanner_app.application.config import DeviceConfig

_ANY = WedgeProfile("scanner")


def wedge_of(devices: DeviceConfig) -> Wedge:
    """A layout that is not known is read as it comes: a scanner with odd characters is better than none."""
    known = [w for w in devices.wedges if w.layout in LAYOUTS]
    profiles = (*(WedgeProfile(w.kind, w.prefix, w.suffix, w.layout) for w in known), _ANY)
    return Wedge(profiles, computer_layout=devices.wedge_layout if devices.wedge_layout in LAYOUTS else "us")
