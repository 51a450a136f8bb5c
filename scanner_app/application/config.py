"""What an administrator sets: accounts, places, the kiosk itself. Values only; `settings.py` keeps them on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scanner_app.application.ports import Door, Template
from scanner_app.domain.passes import IdentifierKind
from scanner_app.domain.place import Accepted, Place

DEFAULT_BARCODE: Mapping[str, frozenset[IdentifierKind]] = {
    "passcreator": frozenset({IdentifierKind.BARCODE}),
    "passentry": frozenset({IdentifierKind.UID, IdentifierKind.EXTERNAL_ID, IdentifierKind.BARCODE}),
    "passkit": frozenset({IdentifierKind.UID, IdentifierKind.EXTERNAL_ID, IdentifierKind.TICKET_NUMBER}),
    "airship": frozenset({IdentifierKind.EXTERNAL_ID}),
}
"""What a platform's barcodes carry unless an administrator says otherwise (rules.md, "Finding the pass")."""

DEFAULT_TAP: Mapping[str, frozenset[IdentifierKind]] = {
    "passcreator": frozenset({IdentifierKind.BARCODE, IdentifierKind.NFC}),
    "passentry": frozenset({IdentifierKind.UID, IdentifierKind.EXTERNAL_ID, IdentifierKind.NFC}),
    "passkit": frozenset({IdentifierKind.UID, IdentifierKind.EXTERNAL_ID, IdentifierKind.NFC}),
    "airship": frozenset({IdentifierKind.NFC, IdentifierKind.EXTERNAL_ID}),
}


@dataclass(frozen=True, slots=True)
class AccountConfig:
    """One account of one pass platform. The key itself lives in the secret store under `secret_name`."""

    id: str
    platform: str
    url: str
    templates: tuple[Template, ...] = ()
    zone: str = "UTC"  # company zone of the platform account, IANA
    barcode_carries: frozenset[IdentifierKind] = frozenset()  # empty: the platform's default
    tap_carries: frozenset[IdentifierKind] = frozenset()
    options: Mapping[str, str] = field(default_factory=dict)  # platform-specific, see its adapter
    sync_minutes: float = 1.0
    full_hours: float = 12.0
    code_prefix: str = ""  # how this account's codes begin, and no other's; '' where only the passes themselves tell

    @property
    def secret_name(self) -> str:
        """The name of this account's key in the secret store."""
        return f"account:{self.id}"

    def carries(self, *, tap: bool, shown: bool) -> frozenset[IdentifierKind]:
        """Return the identifier kinds a presented value may name; typed and searched values may name any."""
        if not shown:
            return frozenset(IdentifierKind)
        if tap:
            return self.tap_carries or DEFAULT_TAP[self.platform]
        return self.barcode_carries or DEFAULT_BARCODE[self.platform]

    def accepted(self, name: str, door: Door | None, templates: frozenset[str]) -> Accepted:
        """Return how a place of this name takes this account's passes, by the platform's door behind it if one is."""
        place = (door.place if door else "") or name
        records = bool(door) or self.platform in ("passentry", "passkit", "airship")
        voids = door.voids if door else True
        return Accepted(self.id, templates, door.id if door else "", place, voids=voids, records=records)


@dataclass(frozen=True, slots=True)
class ScreenConfig:
    """How the door looks and sounds. Seconds; text scale 1.0 = 100 %."""

    language: str = "en"
    theme: str = "dark"  # light | dark | contrast
    text_scale: float = 1.0
    sounds: bool = True
    volume: float = 0.8
    verdict_seconds: float = 4.0
    reduced_motion: bool = False
    full_screen: bool = True
    attended: bool = True
    details: tuple[str, ...] = ("holder", "ticket", "seat", "entries_left", "notes")
    keyboard: str = "touch"  # on the screen: off | touch (when a finger chose the field) | always
    attract: str = ""  # an idle kiosk's picture: a file, "own" for the program's, '' for none
    attract_after: float = 60.0  # seconds
    photo_hosts: tuple[str, ...] = ()  # whose pictures of guests may be fetched; empty: none


@dataclass(frozen=True, slots=True)
class TapConfig:
    """What counts at NFC readers. Wallets are off until named here and their keys are in the secret store."""

    apple_pass_types: tuple[str, ...] = ()
    google_collector: int = 0
    google_key_version: int = 1
    uri_prefixes: tuple[str, ...] = ()
    card_uids: bool = False  # a card's number proves nothing: numbers can be copied


APPLE_KEY, GOOGLE_KEY, SUN_KEYS = "nfc:apple", "nfc:google", "nfc:sun"
"""Names in the secret store of the private keys (PEM) for wallet taps, and of the tags' two AES keys (hexadecimal)."""


@dataclass(frozen=True, slots=True)
class WedgeConfig:
    """One keyboard scanner: what it types before and after each value, by which layout, and what its values are."""

    prefix: str = ""
    suffix: str = ""
    layout: str = "us"
    kind: str = "scanner"  # or vas, smart_tap, ndef_text, ndef_uri, sun, uid: a wallet reader that types


READERS = ("serial:", "evdev:", "nfc:")
"""How the sources begin that are no cameras."""


@dataclass(frozen=True, slots=True)
class DeviceConfig:
    """Cameras and readers by source spec (`camera:0`, a file, a URL, `serial:/dev/...`, `nfc:...`)."""

    sources: tuple[str, ...] = ("camera:0",)
    mirror: bool = True
    wedge: bool = True
    wedges: tuple[WedgeConfig, ...] = ()  # those that need telling apart; any other scanner works without
    wedge_layout: str = "us"  # how this computer reads keys, when that is not how the scanner sends them
    relay: str = ""
    taps: TapConfig = field(default_factory=TapConfig)
    tuning: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # by camera: torch, exposure, focus, ...

    @property
    def readers_only(self) -> bool:
        """Whether guests are read by scanners or taps and no camera is wanted."""
        return bool(self.sources) and all(source.startswith(READERS) for source in self.sources)


@dataclass(frozen=True, slots=True)
class VenueConfig:
    """This kiosk's part in a venue of many doors; its enrolment (hubs, CA, nkey seed) lies in the secret store.

    `rule`: a `venue_rule.VenueRule`; `deadline` in seconds; the caps bound what `open` may admit while isolated.
    """

    name: str
    kiosk: str
    hubs: tuple[str, ...]
    rule: str = "closed"
    deadline: float = 2.0
    cap_count: int = 200
    cap_minutes: float = 30.0
    share: tuple[int, int] = (0, 0)  # reserved: this door's part of the hash space, from..to of 65536

    @property
    def secret_name(self) -> str:
        """The name of the enrolment in the secret store."""
        return f"venue:{self.name}"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything set up on this kiosk. `place` names the place in use, `device` this kiosk."""

    device: str = ""
    place: str = ""
    accounts: tuple[AccountConfig, ...] = ()
    places: tuple[Place, ...] = ()
    screen: ScreenConfig = field(default_factory=ScreenConfig)
    devices: DeviceConfig = field(default_factory=DeviceConfig)
    training: bool = False
    retention_days: int | None = None
    lookup_deadline: float = 0.65  # a verdict may wait 0.8 s for the network; the rest is for a busy machine
    venue: VenueConfig | None = None
    pins: Mapping[str, str] = field(default_factory=dict)  # action -> role, see `application.roles`
    encrypted: bool = False  # the databases need the storage key of the secret store

    @property
    def ready(self) -> bool:
        """Whether a first set-up has been done."""
        return bool(self.accounts and self.places)

    def account(self, account_id: str) -> AccountConfig | None:
        """Return the account of that id."""
        return next((a for a in self.accounts if a.id == account_id), None)

    def find_place(self, name: str) -> Place | None:
        """Return the place of that name."""
        return next((p for p in self.places if p.name == name), None)

    @property
    def current_place(self) -> Place | None:
        """The place in use; the first one where none is named."""
        return self.find_place(self.place) or (self.places[0] if self.places else None)
