"""What the poller needs of a reader and of a card held to it; nfcpy and PC/SC provide it, and so do the tests."""

from __future__ import annotations

from enum import Enum
from typing import Protocol


class CardKind(Enum):
    """How a card is spoken to once it is found."""

    ISO_DEP = "iso_dep"
    TYPE_2 = "type_2"
    TYPE_3 = "type_3"
    OTHER = "other"


class Card(Protocol):
    """A card in the field. Every method raises TapBroken when the card leaves, ReaderTrouble when the reader does."""

    @property
    def technology(self) -> str:
        """A, B or F."""

    @property
    def kind(self) -> CardKind:
        """How to speak to it."""

    @property
    def uid(self) -> bytes:
        """UID, PUPI or IDm."""

    def transmit(self, apdu: bytes) -> bytes:
        """One APDU and its answer with status word; ISO-DEP cards only."""

    def exchange(self, frame: bytes) -> bytes:
        """One frame of a type 2 or type 3 tag, without CRC."""


class Reader(Protocol):
    """An open reader, used by one thread only. Every method raises ReaderTrouble when the reader is gone."""

    @property
    def name(self) -> str:
        """The reader in words, for people and logs."""

    def sense(self, *, wake: bool, only: str = "") -> Card | None:
        """One sweep for a card; with `wake` also the frame that wakes an iPhone's wallet.

        `only`: look for this technology alone, to see whether a card is still there.
        """

    def signal(self, *, good: bool) -> None:
        """Show a verdict by light and sound, where the reader has them; others do nothing. Takes up to a second."""

    def release(self) -> None:
        """End the conversation with the card and switch the field off."""

    def close(self) -> None:
        """Give the reader back. Never raises."""
