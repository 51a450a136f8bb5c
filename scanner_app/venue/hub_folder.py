"""The installer's folder: the venue's authority, its hubs' folders, who is enrolled.

Kept on one machine, offline if possible; each hub's own folder is copied to its box.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from scanner_app.domain.errors import SettingsTrouble, StorageTrouble
from scanner_app.files import read_json, write_private
from scanner_app.venue import certificates, grown, keys
from scanner_app.venue.server_config import CLIENT_PORT, ROUTE_PORT, HubBox, hub_config, users_config

FILE = "venue.json"
FORMAT = 1
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
"""Names of venues and kiosks: they stand in configuration files, certificates and inbox subjects."""
PAGE = "page.json"
USERS = "users.conf"
BOX = "box.json"
"""What a hub's own folder says of itself and of the others."""
PAGE_NAME = "page-"
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""What a page's code is made of: nothing that looks like something else."""
CODE_LENGTH = 8
PAGE_UNIT = """[Unit]
Description=Pass Scanner page of {name} of {venue}
After=pass-scanner-{name}.service

[Service]
ExecStart={program} hub page --folder "{folder}"
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
"""
UNIT = """[Unit]
Description=Pass Scanner hub {name} of {venue}
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart={server} -c "{folder}/hub.conf"
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=1
LimitNOFILE=65536

[Install]
WantedBy=multi-user.target
"""


@dataclass(frozen=True, slots=True)
class Venue:
    """What the installer knows. `kiosks`: name -> public nkey; seeds of kiosks are handed out once and not kept.

    `keys`: every key that a kiosk ever had, also of those shut out: what they signed while they had it stays theirs.
    `pages`: name of a hub's page -> public nkey; it only reads.
    `before`: where a lone hub's records wait for the group.
    """

    name: str
    boxes: tuple[HubBox, ...]
    ca: str
    ca_key: str
    admin_seed: str
    hash_key: str
    kiosks: Mapping[str, str]
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)
    before: Path | None = None

    @property
    def urls(self) -> list[str]:
        """Where kiosks reach the hubs."""
        return [f"tls://{box.host}:{box.port}" for box in self.boxes]


def init(folder: Path, name: str, hosts: Sequence[str], server: str) -> Venue:
    """Make a venue with one hub or three; SettingsTrouble when there is one already, or the number has no majority."""
    if (folder / FILE).exists():
        raise SettingsTrouble("hub_exists", str(folder))
    _check_number(hosts)
    ca, ca_key = certificates.new_ca(_checked(name))
    venue = Venue(name, _boxes(hosts), ca, ca_key, keys.new_seed(), secrets.token_hex(32), {})
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    save(folder, venue)
    write_boxes(folder, venue, server)
    return venue


def grow(folder: Path, hosts: Sequence[str], server: str) -> Venue:
    """Make three hubs of one, before an event: the first keeps its folder, the others are new.

    The group makes a stream of its own: have `hub_admin.keep_before` write the lone hub's records down first.
    """
    venue = load(folder)
    if len(venue.boxes) != 1 or len(hosts) != 2:
        raise SettingsTrouble("hub_number", f"{len(venue.boxes)} + {len(hosts)}")
    first = f"{venue.boxes[0].host}:{venue.boxes[0].port}:{venue.boxes[0].route_port}"
    three = replace(venue, boxes=_boxes([first, *hosts]))
    save(folder, three)
    write_boxes(folder, three, server)
    return three


def load(folder: Path) -> Venue:
    """Return the venue; SettingsTrouble when none was made here."""
    raw = read_own(folder / FILE)
    if raw.get("format") != FORMAT:
        raise SettingsTrouble("hub_unreadable", f"format {raw.get('format')}")
    try:
        boxes = tuple(HubBox(**box) for box in raw["boxes"])
        ca, ca_key, admin, hashing = (str(raw[k]) for k in ("ca", "ca_key", "admin_seed", "hash_key"))
        kiosks = dict(raw["kiosks"])
        known = raw.get("keys") or {name: [key] for name, key in kiosks.items()}
        pages = dict(raw.get("pages") or {})
        return Venue(str(raw["name"]), boxes, ca, ca_key, admin, hashing, kiosks, known, pages, folder / grown.FILE)
    except (KeyError, TypeError, ValueError) as error:
        raise SettingsTrouble("hub_unreadable", str(error)) from error


def read_own(file: Path) -> dict[str, Any]:
    """Return what a file of a hub's folder says; SettingsTrouble when it is not there or holds something else."""
    try:
        raw = read_json(file)
    except StorageTrouble as error:
        raise SettingsTrouble("hub_unreadable", error.detail) from error
    if raw is None:
        raise SettingsTrouble("hub_missing", str(file.parent))
    return raw


def save(folder: Path, venue: Venue) -> None:
    """Keep the venue, readable by its owner only: it holds the authority's key."""
    raw = {name: value for name, value in asdict(venue).items() if name != "before"}
    write_private(folder / FILE, json.dumps({"format": FORMAT, **raw}, indent=2, sort_keys=True))


def box_folder(folder: Path, box: HubBox) -> Path:
    """Return the folder that goes to a hub's box."""
    return folder / box.name


def write_boxes(folder: Path, venue: Venue, server: str) -> None:
    """Write each hub's folder: configuration, users, certificates, page, systemd units. What is there of keys stays."""
    for box in venue.boxes:
        own = box_folder(folder, box)
        own.mkdir(mode=0o700, exist_ok=True)
        if not (own / "hub.pem").exists():
            pem, key = certificates.new_hub(venue.ca, venue.ca_key, _names(box.host))
            write_private(own / "hub.pem", pem)
            write_private(own / "hub.key", key)
        write_private(own / "ca.pem", venue.ca)
        alone = {"venue": venue.name, "name": box.name, "boxes": [asdict(each) for each in venue.boxes]}
        write_private(own / BOX, json.dumps(alone, indent=2, sort_keys=True))
        write_box(own, server)
        venue = _with_page(own, box, venue)
    save(folder, venue)
    write_users(folder, venue)


def write_box(own: Path, server: str) -> HubBox:
    """Write what depends on where a hub's own folder lies: its configuration, its systemd units; return the hub.

    Nothing but that folder is needed on the hub's box. SettingsTrouble where it is none.
    """
    name, box, boxes = _box_of(own)
    home = own.resolve()
    write_private(own / "hub.conf", hub_config(box, boxes, str(home)))
    unit = UNIT.format(name=box.name, venue=name, server=server, folder=home)
    write_private(own / f"pass-scanner-{box.name}.service", unit)
    program = f"{sys.executable} -m scanner_app"
    unit = PAGE_UNIT.format(name=box.name, venue=name, program=program, folder=home)
    write_private(own / f"pass-scanner-{box.name}-page.service", unit)
    return box


def _box_of(own: Path) -> tuple[str, HubBox, list[HubBox]]:
    raw = read_own(own / BOX)
    try:
        boxes = [HubBox(**each) for each in raw["boxes"]]
        return str(raw["venue"]), next(box for box in boxes if box.name == raw["name"]), boxes
    except (KeyError, TypeError, ValueError, StopIteration) as error:
        raise SettingsTrouble("hub_unreadable", f"{own / BOX}: {error!r}") from error


def _with_page(own: Path, box: HubBox, venue: Venue) -> Venue:
    """Write what the page of a hub needs to read the stream, and its code; return the venue that knows it."""
    name, kept = f"{PAGE_NAME}{box.name}", read_json(own / PAGE) or {}
    seed = str(kept.get("seed") or keys.new_seed())
    # Its own hub by the address that is always right, then the others.
    others = [f"tls://{b.host}:{b.port}" for b in venue.boxes if b.name != box.name]
    enrolment = {
        "venue": venue.name,
        "kiosk": name,
        "host": box.host,
        "hubs": [f"tls://127.0.0.1:{box.port}", *others],
        "ca": venue.ca,
        "seed": seed,
        "hash_key": venue.hash_key,
        "admin": keys.public_key(venue.admin_seed),
        "code": kept.get("code") or "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH)),
    }
    write_private(own / PAGE, json.dumps(enrolment, indent=2, sort_keys=True))
    return replace(venue, pages={**venue.pages, name: keys.public_key(seed)})


def write_users(folder: Path, venue: Venue) -> None:
    """Write who may talk to the hubs, into every hub's folder."""
    text = users_config(keys.public_key(venue.admin_seed), venue.kiosks, venue.pages)
    for box in venue.boxes:
        write_private(box_folder(folder, box) / USERS, text)


def enrol(folder: Path, kiosk: str) -> tuple[Venue, dict[str, object]]:
    """Add a kiosk, or give it a new identity; return the venue and the enrolment that the kiosk needs, once."""
    venue = load(folder)
    seed = keys.new_seed()
    public = keys.public_key(seed)
    known = {**venue.keys, _checked(kiosk): [*venue.keys.get(kiosk, ()), public]}
    changed = replace(venue, kiosks={**venue.kiosks, kiosk: public}, keys=known)
    save(folder, changed)
    write_users(folder, changed)
    return changed, {
        "venue": venue.name,
        "kiosk": kiosk,
        "hubs": venue.urls,
        "ca": venue.ca,
        "seed": seed,
        "hash_key": venue.hash_key,
        "admin": keys.public_key(venue.admin_seed),
    }


def revoke(folder: Path, kiosk: str) -> Venue:
    """Take a kiosk's right away; the hubs drop it at their next reload."""
    venue = load(folder)
    if kiosk not in venue.kiosks:
        raise SettingsTrouble("kiosk_unknown", kiosk)
    changed = replace(venue, kiosks={k: v for k, v in venue.kiosks.items() if k != kiosk})
    save(folder, changed)
    write_users(folder, changed)
    return changed


def hub_pid(own: Path) -> int:
    """Return the process id that a hub wrote into its own folder; OSError or ValueError where there is none."""
    return int((own / "hub.pid").read_text(encoding="ascii"))


def running(folder: Path, venue: Venue) -> list[int]:
    """Return the process ids of this venue's hubs that run on this machine."""
    found = []
    for box in venue.boxes:
        try:
            pid = hub_pid(box_folder(folder, box))
            os.kill(pid, 0)
        except (OSError, ValueError):
            continue
        found.append(pid)
    return found


def _check_number(hosts: Sequence[str]) -> None:
    if len(hosts) not in (1, 3):  # two have no majority when one is lost; four and up are not what was tried
        raise SettingsTrouble("hub_number", str(len(hosts)))


def _boxes(hosts: Sequence[str]) -> tuple[HubBox, ...]:
    return tuple(_box(f"hub{number}", host) for number, host in enumerate(hosts, 1))


def _box(name: str, text: str) -> HubBox:
    host, *ports = text.rsplit(":", 2) if text.count(":") <= 2 else [text]
    try:
        numbers = [int(p) for p in ports]
    except ValueError as error:
        raise SettingsTrouble("hub_host", text) from error
    if not host or any(not 0 < n < 65536 for n in numbers):
        raise SettingsTrouble("hub_host", text)
    port, route = [*numbers, *(CLIENT_PORT, ROUTE_PORT)[len(numbers) :]]
    return HubBox(name, host, port, route)


def _names(host: str) -> list[str]:
    return [host] if host in ("localhost", "127.0.0.1") else [host, "localhost", "127.0.0.1"]


def _checked(name: str) -> str:
    if not NAME.fullmatch(name) or name.startswith(PAGE_NAME):
        raise SettingsTrouble("name_invalid", name)
    return name
