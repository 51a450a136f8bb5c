"""A guest's picture from somebody else's server: only from hosts that an administrator named, and never further inside.

A pass names the address, so whoever issues passes chooses it: https on its usual port, a host of the list, an address
that is not of this network (checked on the very address that is connected to), no redirect, at most a megabyte, a few
seconds (reliability.md 4.1).
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Collection
from ipaddress import IPv6Address, ip_address
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from scanner_app.domain.errors import ScannerError
from scanner_app.platforms.http import Http

log = logging.getLogger(__name__)

BIGGEST = 1024 * 1024
DEADLINE = 4.0
"""Seconds for all of it; the verdict has long been shown by then."""
USUAL_PORT = 443


def public(address: str) -> bool:
    """Return whether an address belongs to the internet at large, and not to this network or machine."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return found.is_global and not found.is_multicast


class Photos:
    """Fetches pictures. `reach` says which addresses may be connected to."""

    def __init__(
        self, *, reach: Callable[[str], bool] = public, trust: ssl.SSLContext | None = None, port: int = USUAL_PORT
    ) -> None:
        self._reach, self._trust, self._port = reach, trust, port

    def fetch(self, url: str, hosts: Collection[str]) -> bytes:
        """Return the bytes, b'' when they may not or cannot be had."""
        parts = self._allowed(url, hosts)
        if parts is None:
            return b""
        try:
            return self._get(parts)
        except ScannerError as error:
            log.info("a guest's picture could not be had: %s", error.code)
            return b""

    def _allowed(self, url: str, hosts: Collection[str]) -> SplitResult | None:
        try:
            parts = urlsplit(url)
            port = parts.port or USUAL_PORT
        except ValueError:
            return None
        known = parts.scheme == "https" and parts.hostname in hosts and port == self._port
        return parts if known and not parts.username and not parts.password else None

    def _get(self, parts: SplitResult) -> bytes:
        http = Http(
            f"https://{parts.netloc}",
            lambda: {"accept": "image/*"},
            trust=self._trust,
            connections=1,
            cap=BIGGEST,
            reach=self._reach,
        )
        try:
            path = [unquote(segment) for segment in parts.path.split("/")[1:]]
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            return http.request("GET", path, params=query, deadline=DEADLINE).body
        finally:
            http.close()
