"""Values of the domain: what a scan makes dozens of, and nobody ever changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["value"]

if TYPE_CHECKING:
    from dataclasses import dataclass as value
else:
    from dataclasses import dataclass

    def value(*, frozen: bool, slots: bool):  # noqa: ANN201 - the type checker takes the dataclass above for this
        """Make a frozen dataclass in the eyes of mypy, who refuses every assignment; at run time only a hashable one.

        `dataclass(frozen=True)` guards each field as it is set, which makes a new object cost three times as much: a
        sixth of what one redemption takes of the processor (docs/decisions/0008).
        """
        return dataclass(slots=slots, unsafe_hash=frozen)
