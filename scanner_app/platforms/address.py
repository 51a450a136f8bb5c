"""A platform's base URL: https, or plain http to this very machine; and whom TLS trusts."""

from __future__ import annotations

import re
import ssl
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

import certifi

from scanner_app.domain.errors import SettingsTrouble

_PATH = re.compile(r"(/[\w.~!$&'()*+,;=:@%-]*)*", re.ASCII)
"""What stands in a path as it is written (RFC 3986); anything else a client would quote, and ask for something else."""


def checked_url(base_url: str) -> SplitResult:
    """Return the base URL in parts; raise SettingsTrouble when it is no URL, or not https and not loopback."""
    try:
        url = urlsplit(base_url.strip())
        port_fits = url.port is None or url.port > 0
    except ValueError:
        raise SettingsTrouble("url_invalid") from None
    plain = base_url.isascii() and base_url.strip().isprintable() and " " not in base_url.strip()
    extras = url.username or url.password or url.query or url.fragment
    if url.scheme not in ("http", "https") or not url.hostname or not port_fits or extras or not plain:
        raise SettingsTrouble("url_invalid")
    if not _PATH.fullmatch(url.path) or {".", ".."} & set(url.path.split("/")):
        raise SettingsTrouble("url_invalid")
    if url.scheme == "http" and not _loopback(url.hostname):
        raise SettingsTrouble("url_insecure")
    return url


def on_this_machine(base_url: str) -> bool:
    """Return whether an address is this very machine's, as a sandbox's is; raises as `checked_url`."""
    return _loopback(checked_url(base_url).hostname or "")


def _loopback(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def trusted() -> ssl.SSLContext:
    """Return the TLS settings: the system's authorities and the bundled ones, TLS 1.2 or later, always verified."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())  # a bare machine may have no authorities of its own
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
