"""Contactless readers: one thread that owns the reader and turns what is held to it into taps.

`Poller` needs nfcpy only when it opens a reader that is not PC/SC.
"""

from hardware.nfc.diagnosis import Finding, diagnose
from hardware.nfc.errors import ReaderTrouble, Reason
from hardware.nfc.poller import Poller, ReaderCondition, ReaderState
from hardware.nfc.tap import Refusal, Refused, Tap

__all__ = [
    "Finding",
    "Poller",
    "ReaderCondition",
    "ReaderState",
    "ReaderTrouble",
    "Reason",
    "Refusal",
    "Refused",
    "Tap",
    "diagnose",
]
