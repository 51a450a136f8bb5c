"""What stands on the printable training sheet: the demo's own guests, and every refusal in all four symbologies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hardware.scene import modules
from scanner_app.demo import SEED, SYMBOLOGIES
from scanner_app.sandbox.server import Sandbox
from scanner_app.ui import texts
from scanner_app.ui.sheet import Card

ADMITS = "ADMIT"


def sample_cards() -> list[Card]:
    """Return the cards of the sheet, in the language set. The codes are those that `scanner-app demo` knows.

    First the guest line, each guest with the symbology of their pass; its order matters, for two friends share a ticket
    there. Then each refused pass again in the symbologies it did not have. Opens no data folder and no network.
    """
    sandbox = Sandbox(passes=0, seed=SEED)
    try:
        line = sandbox.guest_line()
    finally:
        sandbox.stop()
    return [_card(guest, str(guest["symbology"])) for guest in line] + _other_symbologies(line)


def _other_symbologies(line: Sequence[Mapping[str, Any]]) -> list[Card]:
    refused = {str(g["expected"]): g for g in reversed(line) if g["expected"] != ADMITS}
    return [
        _card(guest, symbology)
        for guest in sorted(refused.values(), key=lambda g: int(g["number"]))
        for symbology in SYMBOLOGIES
        if symbology != guest["symbology"]
    ]


def _card(guest: Mapping[str, Any], symbology: str) -> Card:
    verdict = str(guest["expected"])
    return Card(
        number=int(guest["number"]),
        title=str(guest["title"]),
        holder=str(guest["holder"] or ""),
        verdict=texts.headline(verdict),
        advice=texts.advice(verdict),
        admits=verdict == ADMITS,
        text=str(guest["barcode"]),
        symbology=SYMBOLOGIES[symbology],
        dark=tuple(row.tobytes() for row in (modules(str(guest["barcode"]), SYMBOLOGIES[symbology]) == 0)),
    )
