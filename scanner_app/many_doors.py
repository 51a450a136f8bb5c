"""A kiosk's part in a venue of many doors, from its settings and its enrolment. Used by `bootstrap` alone.

The venue's client is imported where it is used: a kiosk of its own, and each short command, start without it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scanner_app import logs
from scanner_app.application.config import VenueConfig
from scanner_app.application.hub import Hub
from scanner_app.application.ports import Clerk, Clock
from scanner_app.storage import cipher
from scanner_app.venue.calls import Calls

if TYPE_CHECKING:
    from scanner_app.venue.link import Enrolment

log = logging.getLogger(__name__)
BOOK = "venue.db"


def read_enrolment(secret: str | None, config: VenueConfig) -> Enrolment | None:
    """Return the enrolment kept as a secret, None when there is none or it makes no sense."""
    from scanner_app.venue.link import Enrolment

    try:
        raw = json.loads(secret or "")
        hubs = config.hubs or tuple(map(str, raw["hubs"]))
        hash_key = bytes.fromhex(raw["hash_key"])
        ca, seed, admin = (str(raw[name]) for name in ("ca", "seed", "admin"))
        enrolment = Enrolment(config.name, config.kiosk, hubs, ca, seed, hash_key, admin)
    except (ValueError, KeyError, TypeError):
        return None
    for value in (enrolment.seed, raw["hash_key"]):
        logs.never_log(value)
    return enrolment if hubs and hash_key else None


@dataclass(frozen=True, slots=True)
class Around:
    """What of the kiosk a hub needs. `config`: what is in force now."""

    config: Callable[[], VenueConfig | None]
    secret: Callable[[str], str | None]
    clerk: Clerk
    clock: Clock
    folder: Path
    calls: Calls


def open_hub(around: Around) -> Hub | None:
    """Return the hub of a venue's kiosk, not yet started; None for a kiosk that is on its own.

    A kiosk that is one of many but has lost its enrolment is not on its own: it gets a hub that never answers.
    """
    config = around.config()
    if config is None:
        return None
    from scanner_app.venue.book import Book
    from scanner_app.venue.hub import HubAway, VenueHub

    def rule() -> VenueConfig:
        return around.config() or config

    enrolment = read_enrolment(around.secret(config.secret_name), config)
    if enrolment is None:
        log.error("no enrolment for the venue %s: this kiosk admits nobody that its hub must decide on", config.name)
        return HubAway(rule)
    book = Book(around.folder / BOOK, cipher.open_beside)
    return VenueHub(enrolment, rule, around.clerk, around.clock, book, around.calls)


def start_hub(hub: Hub | None) -> Callable[[], object]:
    """Start a hub and return how to stop it."""
    if hub is None:
        return lambda: None
    from scanner_app.venue.hub import VenueHub

    if not isinstance(hub, VenueHub):
        return lambda: None
    hub.start()
    return hub.stop
