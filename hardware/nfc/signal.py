"""A verdict by the reader's own light and buzzer, where it has them: ACS readers, over USB (nfcpy) or PC/SC.

The bytes are those of ACS's "Bi-color LED and Buzzer Control" (ACR122U API 6.2; the ACM1252U manual 5.6.1 keeps it as
"ACR122U compatible"): FF 00 40, the state of the lights, then how long, how often, and whether the buzzer goes with it.
"""

from __future__ import annotations

from typing import Final

LONGEST_S: Final = 1.5
"""Seconds after which a reader that signals must have answered; the longer of the two signals takes 0.8."""

_GREEN_AFTERWARDS = 0x0E  # bits 0 to 3: red off, green on, both lights meant
_BLINK_RED, _BLINK_GREEN = 0xD0, 0xE0  # bits 4 to 7: which one is on at first, both change


def signal_of(*, good: bool) -> bytes:
    """The command: green and one long tone for a guest who may enter, red and four short ones for one who may not."""
    lights = _GREEN_AFTERWARDS | (_BLINK_GREEN if good else _BLINK_RED)
    on, off, times = (3, 0, 1) if good else (1, 1, 4)  # tenths of a second
    with_buzzer = 0x01  # while the first light is on
    return bytes([0xFF, 0x00, 0x40, lights, 0x04, on, off, times, with_buzzer])
