"""What a venue's hub calls for; apart from the hub, so that a kiosk of its own does not load the venue's client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scanner_app.application.ports import Platform


@dataclass(frozen=True, slots=True)
class Calls:
    """What the hub calls for. `platforms`: those that can be reached now; `door`: what supervisors are told besides.

    `changed` is called, on a thread of its own and a few times a second at most, when other doors did something.
    """

    platforms: Callable[[], Mapping[str, Platform]] = dict
    changed: Callable[[], None] = lambda: None
    door: Callable[[], Mapping[str, str | int]] = dict
