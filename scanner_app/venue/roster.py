"""Who belongs to the venue: every kiosk's public keys, told in the stream by the installer's identity alone.

A kiosk takes part once it has read its own key there. So each record comes after the key it is signed with, and all
who have read the stream as far agree on which records are genuine.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scanner_app.application.hubrecord import BadRecord
from scanner_app.venue import keys
from scanner_app.venue.records import canonical

MAX_BYTES = 240_000
"""Some 2,500 keys: five hundred kiosks, each enrolled anew a few times."""

SUBJECTS = "k.>"
HUB = re.compile(r"tls://[A-Za-z0-9.:\[\]_-]{1,255}")
USER = re.compile(r"[A-Za-z0-9_-]{1,64}")
PUBLIC = re.compile(r"U[A-Z2-7]{55}")
"""They go into the hubs' configuration as they are."""

_FIELDS = {"v", "keys", "opens", "signature"}

Keys = Mapping[str, Iterable[str]]


def is_roster(subject: str) -> bool:
    """Return whether a record under this subject is the installer's."""
    return subject.startswith("k.")


def subject_of(data: bytes) -> str:
    """Return the subject of a roster: the same roster told twice is one record."""
    return f"k.{hashlib.sha256(data).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True)
class May:
    """Who may talk to the hubs, name -> public key: whoever is not here is shut out. `pages`: the hubs' own pages."""

    kiosks: Mapping[str, str]
    pages: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """One roster. `hubs`: where the hubs are (`tls://host:port`); none in a roster of an earlier release.

    A kiosk that was enrolled while there was one hub learns of three by it, a hub's box who may talk to it (`may`).
    """

    keys: Mapping[str, Sequence[str]]
    opens: bool
    hubs: tuple[str, ...] = ()
    may: May | None = None


def encode(roster: Keys, seed: str, *, opens: bool = True, hubs: Iterable[str] = (), may: May | None = None) -> bytes:
    """Return the roster signed by the installer. Raises BadRecord when it is too large.

    One that does not open teaches the keys only: what was before is told again first, then the doors may claim.
    """
    body: dict[str, object] = {
        "v": 1,
        "keys": {name: sorted(public) for name, public in roster.items()},
        "opens": opens,
    }
    if known := list(hubs):
        body["hubs"] = known
    if may is not None:
        body["may"] = {"kiosks": dict(may.kiosks), "pages": dict(may.pages)}
    data = canonical({**body, "signature": keys.sign(seed, canonical(body))})
    if len(data) > MAX_BYTES:
        raise BadRecord(f"{len(data)} bytes of roster")
    return data


def decode(data: bytes, admin: str) -> Told:
    """Return what a roster tells; BadRecord for what the installer (`admin`) did not sign."""
    try:
        raw = json.loads(data) if len(data) <= MAX_BYTES else None
    except (ValueError, RecursionError) as error:
        raise BadRecord("no JSON") from error
    if not isinstance(raw, dict) or raw.keys() - {"hubs", "may"} != _FIELDS or raw["v"] != 1:
        raise BadRecord("no roster")
    signature = raw.pop("signature")
    if not isinstance(signature, str) or not keys.verifies(admin, canonical(raw), signature):
        raise BadRecord("not signed by the installer")
    found, hubs = raw["keys"], raw.get("hubs", [])
    if not isinstance(found, dict) or not all(isinstance(k, str) for each in found.values() for k in each):
        raise BadRecord("no keys")
    if not isinstance(hubs, list) or not all(isinstance(hub, str) and HUB.fullmatch(hub) for hub in hubs):
        raise BadRecord("no hubs")
    keys_of = {str(kiosk): list(each) for kiosk, each in found.items()}
    return Told(keys_of, raw["opens"] is True, tuple(hubs), _may(raw.get("may")))


def _may(raw: object) -> May | None:
    if raw is None:
        return None
    if not isinstance(raw, dict) or raw.keys() != {"kiosks", "pages"}:
        raise BadRecord("nobody may")
    for users in raw.values():
        if not isinstance(users, dict) or not all(USER.fullmatch(name) for name in users):
            raise BadRecord("no names")
        if not all(isinstance(key, str) and PUBLIC.fullmatch(key) for key in users.values()):
            raise BadRecord("no keys")
    return May(raw["kiosks"], raw["pages"])


class Roster:
    """The keys learnt so far; they are never forgotten. `hubs`: where the hubs were said to be last. Thread-safe."""

    def __init__(self, known: Keys | None = None) -> None:
        self._lock = threading.Lock()
        self._keys: dict[str, frozenset[str]] = {}
        self.hubs: tuple[str, ...] = ()
        self.learn(known or {})

    def learn(self, roster: Keys) -> None:
        """Add keys."""
        with self._lock:
            for kiosk, public in roster.items():
                self._keys[kiosk] = self._keys.get(kiosk, frozenset()) | frozenset(public)

    def of(self, kiosk: str) -> frozenset[str]:
        """Return the keys that a kiosk has had."""
        with self._lock:
            return self._keys.get(kiosk, frozenset())

    def all(self) -> dict[str, list[str]]:
        """Return everything, to be kept."""
        with self._lock:
            return {kiosk: sorted(public) for kiosk, public in self._keys.items()}
