"""What making a pass at the door's help desk asks for, and what a platform counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FormField:
    """One thing that a new pass of a template may carry. `label` is the organiser's own word."""

    key: str
    label: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class DayCount:
    """Active and inactive passes at the end of one day (`day` as the platform writes it, Y-m-d)."""

    day: str
    active: int
    inactive: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What a platform counts of one template. A timeline is (day, passes) in order; its name is the contract's."""

    timelines: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    systems: Mapping[str, int] = field(default_factory=dict)
    history: tuple[DayCount, ...] = ()
