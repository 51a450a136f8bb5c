"""The calls of PassEntry v1. Nine requests a second per endpoint and method, as the vendor recommends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scanner_app.platforms.http import Http, Reply
from scanner_app.platforms.pace import Pace
from scanner_app.platforms.strict_json import Json

PER_SECOND = 9
DEADLINE = 10.0
CHECK = 2.0
"""Seconds for the probe: a dead network is shown within them (reliability.md, O3)."""
PATH = ("api", "v1")


class Calls:
    """The calls, on one account's connection."""

    def __init__(self, http: Http, per_second: int = PER_SECOND) -> None:
        self._http, self.pace = http, Pace(per_second)

    def _ask(
        self,
        endpoint: str,
        path: Sequence[str],
        *,
        params: Mapping[str, str] | None = None,
        body: Json = None,
        deadline: float = DEADLINE,
    ) -> Reply:
        left = self.pace.wait(endpoint, deadline)
        method = endpoint.partition(" ")[0]
        ok = (200, 201) if method == "POST" else (200,)
        return self._http.request(method, [*PATH, *path], params=params, body=body, ok=ok, deadline=left)

    def show(self, key: str, deadline: float = DEADLINE, *, params: Mapping[str, str] | None = None) -> Reply:
        """Return a pass by uuid or extId. `params`: what is to be included."""
        return self._ask("GET pass", ["passes", key], params=params, deadline=deadline)

    def list_passes(self, params: Mapping[str, str], deadline: float = DEADLINE) -> Reply:
        """Return passes, newest first."""
        return self._ask("GET passes", ["passes"], params=params, deadline=deadline)

    def create(self, params: Mapping[str, str], body: Mapping[str, Json]) -> Reply:
        """Make a pass."""
        return self._ask("POST passes", ["passes"], params=params, body=dict(body))

    def update(self, key: str, body: Mapping[str, Json]) -> Reply:
        """Change a pass, or deactivate or reactivate it."""
        return self._ask("PATCH pass", ["passes", key], body=dict(body))

    def nullify(self, key: str) -> Reply:
        """Give a pass's extId free for good."""
        return self._ask("POST nullify", ["passes", key, "nullify"])

    def log(self, scan: Mapping[str, Json]) -> Reply:
        """Report a decision made here."""
        return self._ask("POST scans/log", ["scans", "log"], body={"scan": dict(scan)})

    def scan(self, scan: Mapping[str, Json]) -> Reply:
        """Let PassEntry decide and record. A refusal is HTTP 200."""
        return self._ask("POST scans", ["scans"], body={"scan": dict(scan)})

    def scans(self, params: Mapping[str, str], deadline: float = DEADLINE) -> Reply:
        """Return the scans, newest first."""
        return self._ask("GET scans", ["scans"], params=params, deadline=deadline)

    def readers(self, entity: str) -> Reply:
        """Return an entity's readers."""
        return self._ask("GET readers", ["entities", entity, "readers"])
