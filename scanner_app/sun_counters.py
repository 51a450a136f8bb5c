"""The last counter seen of each proven tag, kept across restarts: a copied link must not work after one."""

from __future__ import annotations

import json
from collections.abc import Iterator, MutableMapping
from pathlib import Path

from scanner_app.domain.errors import StorageKind, StorageTrouble
from scanner_app.files import read_json, write_private

FILE = "sun_counters.json"


class SunCounters(MutableMapping[bytes, int]):
    """UID (7 bytes) to counter. A counter is on disk before its tap counts; raises StorageTrouble when it cannot be."""

    def __init__(self, data_dir: Path) -> None:
        self._file = data_dir / FILE
        held = read_json(self._file) or {}
        if not all(isinstance(count, int) for count in held.values()):
            raise StorageTrouble(StorageKind.CORRUPT, FILE)
        self._held: dict[str, int] = held

    def __getitem__(self, uid: bytes) -> int:
        return self._held[uid.hex()]

    def __setitem__(self, uid: bytes, counter: int) -> None:
        wanted = {**self._held, uid.hex(): counter}
        write_private(self._file, json.dumps(wanted))
        self._held = wanted

    def __delitem__(self, uid: bytes) -> None:
        wanted = {u: c for u, c in self._held.items() if u != uid.hex()}
        write_private(self._file, json.dumps(wanted))
        self._held = wanted

    def __iter__(self) -> Iterator[bytes]:
        return map(bytes.fromhex, self._held)

    def __len__(self) -> int:
        return len(self._held)
