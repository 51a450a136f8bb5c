"""Airship's two ways in: Basic, or an OAuth bearer token fetched with client credentials."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Mapping
from urllib.parse import urlencode

from scanner_app.platforms.fields import an_object, needed, number
from scanner_app.platforms.http import Auth, Http

REVISION = {"api-revision": "1.2"}
SCOPE = "wpas"
EARLY = 60.0
"""Seconds before its end at which a token is no longer used."""
DEADLINE = 5.0


def basic(user: str, secret: str) -> Auth:
    """Return the headers of Basic authorisation."""
    words = base64.b64encode(f"{user}:{secret}".encode()).decode("ascii")
    headers = {"authorization": f"Basic {words}", **REVISION}
    return lambda: headers


class OAuth:
    """Client credentials turned into bearer tokens, one at a time. Called for the headers of each request."""

    def __init__(self, token_url: str, app: str, client: str, secret: str) -> None:
        credentials = basic(client, secret)
        self._http = Http(token_url, credentials, secrets=[secret])
        self._form = urlencode({"grant_type": "client_credentials", "sub": f"app:{app}", "scope": SCOPE}).encode()
        self._lock = threading.Lock()
        self._token, self._until = "", 0.0

    def __call__(self) -> Mapping[str, str]:
        """Return the headers, with a token that is still good."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._fetch()
            return {"authorization": f"Bearer {self._token}", **REVISION}

    def _fetch(self) -> None:
        began = time.monotonic()
        found = an_object(self._http.request("POST", [], body=self._form, deadline=DEADLINE).json(), "token")
        self._token = needed(found, "access_token")
        self._until = began + max(float(number(found, "expires_in") or 0) - EARLY, 0.0)

    def forget(self) -> None:
        """Fetch a new token next time: this one was refused."""
        with self._lock:
            self._until = 0.0

    def close(self) -> None:
        """End all calls."""
        self._http.close()
