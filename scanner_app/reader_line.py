"""Scanners and NFC readers as sources of a door: their texts become credentials, their states events."""

from __future__ import annotations

import logging
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric import ec

from hardware.apple_vas import AppleWallet
from hardware.nfc.tap import Refused
from hardware.readers import BadSpec, NfcOptions, open_reader
from hardware.smart_tap import GoogleWallet
from hardware.sun import read_keys
from hardware.text_reader import LineState
from hardware.vas_memory import VasMemory
from hardware.wallet_keys import BadKey, load_key
from scanner_app.application.config import APPLE_KEY, GOOGLE_KEY, SUN_KEYS, Settings
from scanner_app.application.events import Decided, DeviceChanged, DeviceState, Event, Level, Notice
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.errors import SettingsTrouble

log = logging.getLogger(__name__)


class Secrets(Protocol):
    """Where keys are kept."""

    def get(self, name: str) -> str | None:
        """Return a secret, None if it was never kept."""


class ReaderLine:
    """One scanner or reader. Raises SettingsTrouble for a spec that cannot be meant."""

    def __init__(
        self, spec: str, present: Callable[[Credential], None], tell: Callable[[Event], None], taps: NfcOptions
    ) -> None:
        self.spec = spec
        self._present, self._tell = present, tell
        self._handed: tuple[str, ...] = ()
        try:
            self._reader = open_reader(spec, taps, self._refused)
        except BadSpec as error:
            raise SettingsTrouble("bad_source", str(error)) from error

    def start(self) -> None:
        """Begin; credentials and events come from the reader's own thread."""
        self._reader.start(self._read, self._state)

    def stop(self, deadline: float = 3.0) -> bool:
        """End within `deadline` seconds; whether it did."""
        return self._reader.stop(deadline)

    def hear(self, event: Event) -> None:
        """Show the verdict on what was last read here at the device itself: welcome only once it is on disk."""
        if isinstance(event, Decided) and event.scan.credential.text in self._handed:
            self._handed = ()
            self._reader.signal(good=event.durable and event.scan.verdict.admits)

    def _read(self, text: str, kind: str, others: tuple[str, ...] = ()) -> None:
        credential = Credential(text, Symbology(kind.upper()), others=others)
        self._handed = (text, *others, credential.nobodys.text)
        self._present(credential)

    def _state(self, state: LineState, why: str) -> None:
        self._tell(DeviceChanged(self.spec, DeviceState(state.value), why, reader=True))

    def _refused(self, refused: Refused) -> None:
        self._tell(Notice(f"tap_{refused.reason.value}", Level.INFO, self.spec))


@dataclass(frozen=True, slots=True)
class TapMemory:
    """What was seen at any reader of this kiosk: a copied tag or tap must not count at the reader beside it either.

    `counters`: the last counter of each proven tag.
    """

    counters: MutableMapping[bytes, int]
    cryptograms: VasMemory = field(default_factory=VasMemory)


def nfc_options(settings: Settings, secrets: Secrets, memory: TapMemory) -> NfcOptions:
    """What counts at NFC readers by these settings. A wallet whose key is missing or bad stays off, and is logged."""
    taps = settings.devices.taps
    tags = secrets.get(SUN_KEYS)
    apple = _key(secrets, APPLE_KEY) if taps.apple_pass_types else None
    google = _key(secrets, GOOGLE_KEY) if taps.google_collector else None
    return NfcOptions(
        apple=AppleWallet(taps.apple_pass_types, (apple,)) if apple else None,
        google=GoogleWallet(taps.google_collector, google, taps.google_key_version) if google else None,
        ndef_prefixes=taps.uri_prefixes,
        uid_opt_in=taps.card_uids,
        sun_keys=read_keys(tags, memory.counters) if tags else None,
        vas_memory=memory.cryptograms,
    )


def _key(secrets: Secrets, name: str) -> ec.EllipticCurvePrivateKey | None:
    pem = secrets.get(name)
    if pem is None:
        log.error("wallet taps are set up, but there is no key %s", name)
        return None
    try:
        return _loaded(pem, name)
    except BadKey as error:
        log.error("wallet taps stay off: %s", error)  # noqa: TRY400  the sentence says it all
        return None


@lru_cache(maxsize=4)
def _loaded(pem: str, name: str) -> ec.EllipticCurvePrivateKey:
    """The same key object each time: options compare equal, and no reader is reopened because a colour was changed."""
    return load_key(pem.encode("utf-8"), name)
