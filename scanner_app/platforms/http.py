"""The one place that speaks HTTP to a platform: https only, one deadline, a cap on bodies, one segment per value."""

from __future__ import annotations

import json
import logging
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

import certifi
import httpcore

from scanner_app.domain.errors import PlatformKind, PlatformTrouble, SettingsTrouble
from scanner_app.platforms import answers, segments
from scanner_app.platforms.deadline import Deadline
from scanner_app.platforms.strict_json import Json, decode, nonsense
from scanner_app.platforms.wire import Pool

MAX_BODY = 2 * 1024 * 1024
"""Largest body read, in bytes (reliability.md, O2)."""
KEEP_ALIVE = 20.0
"""Seconds an idle connection is kept; common servers drop theirs after 60 to 75."""
CONNECTIONS = 12
"""Eight lanes of the outbox, two walks, and look-ups that must not queue behind them."""

log = logging.getLogger(__name__)
logging.getLogger("httpcore").setLevel(logging.WARNING)  # its DEBUG lines hold headers

Auth = Callable[[], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """One documented answer. Header names in lower case; `date` is the platform's clock; `ms` the time it took."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    date: datetime | None
    ms: float

    def json(self) -> Json:
        """Return the body decoded strictly; raise PlatformTrouble when it is not JSON."""
        if answers.is_html(self.headers, self.body):
            raise PlatformTrouble(PlatformKind.PORTAL, "a page instead of data", status=self.status)
        return decode(self.body)

    def empty(self) -> None:
        """Insist that nothing came, as the contract says."""
        if self.body.strip():
            raise answers.trouble(self.status, self.headers, self.body)


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
    if url.scheme == "http" and not _loopback(url.hostname):
        raise SettingsTrouble("url_insecure")
    return url


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


class Http:
    """One platform account's way to the network. Safe to use from several threads; `close()` wakes them all.

    `auth` makes the headers of each request; `heard` is told the platform's time, also with refusals.
    """

    def __init__(
        self,
        base_url: str,
        auth: Auth,
        *,
        secrets: Iterable[str] = (),
        trust: ssl.SSLContext | None = None,
        connections: int = CONNECTIONS,
        cap: int = MAX_BODY,
        heard: Callable[[datetime], None] | None = None,
    ) -> None:
        self._heard = heard
        self._url = checked_url(base_url)
        self._auth = auth
        self._secrets = [secret for secret in secrets if secret]
        self._trust = trust or (trusted() if self._url.scheme == "https" else None)
        self._connections, self._cap = connections, cap
        self._lock = threading.Lock()
        self._pool = self._opened()

    def _opened(self) -> Pool:
        port = self._url.port or (443 if self._url.scheme == "https" else 80)
        origin = httpcore.Origin(self._url.scheme.encode(), self._host(), port)
        return Pool(origin, self._trust, self._connections, KEEP_ALIVE)

    def _host(self) -> bytes:
        return (self._url.hostname or "").encode("ascii")

    def __repr__(self) -> str:
        return f"Http({self._url.scheme}://{self._url.netloc}{self._url.path})"

    def redact(self, text: str) -> str:
        """Return the text without any key of this account."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def request(
        self,
        method: str,
        path: Sequence[str],
        *,
        params: Mapping[str, str] | None = None,
        body: Json = None,
        ok: Collection[int] = (200,),
        deadline: float,
    ) -> Reply:
        """Make one call and return its documented answer; raise PlatformTrouble for every other end.

        `path`: segments below the base URL, quoted here. `body`: JSON, or bytes for a form. `ok`: the documented
        successes. `deadline`: seconds for everything, name look-up to last byte.
        """
        url = self._target(path, params or {})
        kind, content = _content(body)
        sent = {"accept": "application/json", "accept-encoding": "identity", "user-agent": "scanner-app", **kind}
        if content or method in ("POST", "PUT", "PATCH"):
            sent["content-length"] = str(len(content))
        sent |= self._auth()
        reply = self._exchange(httpcore.Request(method, url, headers=_raw(sent), content=content), deadline)
        log.debug("%s %s -> %d in %.0f ms", method, "/".join(path[:-1]) or "/", reply.status, reply.ms)
        if reply.status not in ok:
            raise self._clean(answers.trouble(reply.status, reply.headers, reply.body))
        return reply

    def _target(self, path: Sequence[str], params: Mapping[str, str]) -> httpcore.URL:
        raw = segments.target(self._url.path, path, params)
        return httpcore.URL(scheme=self._url.scheme.encode(), host=self._host(), port=self._url.port, target=raw)

    def _clean(self, trouble: PlatformTrouble) -> PlatformTrouble:
        trouble.detail = self.redact(trouble.detail)
        trouble.args = (trouble.detail,)
        return trouble

    def _exchange(self, request: httpcore.Request, seconds: float) -> Reply:
        deadline = Deadline(seconds)
        request.headers.insert(0, (b"Host", self._url.netloc.encode("ascii")))
        try:
            return self._once(request, deadline)
        except _StaleConnection:
            return self._once(request, deadline, last=True)

    def _once(self, request: httpcore.Request, deadline: Deadline, *, last: bool = False) -> Reply:
        began = time.monotonic()
        with self._lock:
            pool = self._pool
        try:
            with pool.connection(deadline) as line, closing(_answered(line, request, last=last)) as response:
                headers = _headers(response.headers)
                body = _body(_stream(response), headers, self._cap)
                ms = (time.monotonic() - began) * 1000
                date = answers.http_date(headers.get("date", ""))
                return self._dated(Reply(response.status, headers, body, date, ms))
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, TimeoutError) as error:
            detail = self.redact(f"{type(error).__name__}: {error}"[:200])
            raise PlatformTrouble(PlatformKind.UNREACHABLE, detail, sent=pool.call.wrote) from None

    def _dated(self, reply: Reply) -> Reply:
        if self._heard and reply.date:
            self._heard(reply.date)
        return reply

    def reset(self) -> None:
        """Drop every connection, also those in use: after sleep they may be half open."""
        with self._lock:
            old, self._pool = self._pool, self._opened()
        old.close()

    def close(self) -> None:
        """End every call under way, and every later one, at once."""
        with self._lock:
            pool = self._pool
        pool.close()


class _StaleConnection(Exception):
    """A kept connection had been closed by the other side; nothing came of the question."""


def _answered(line: httpcore.HTTPConnection, request: httpcore.Request, *, last: bool) -> httpcore.Response:
    """Return the answer's head. A question (never an order) on a kept connection that turns out dead is asked anew."""
    kept = line.is_idle()
    try:
        return line.handle_request(request)
    except (httpcore.ReadError, httpcore.RemoteProtocolError):
        if kept and not last and request.method == b"GET":
            raise _StaleConnection from None
        raise


def _content(body: Json) -> tuple[dict[str, str], bytes]:
    if body is None:
        return {}, b""
    if isinstance(body, bytes):
        return {"content-type": "application/x-www-form-urlencoded"}, body
    return {"content-type": "application/json"}, json.dumps(body, allow_nan=False).encode()


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}


def _stream(response: httpcore.Response) -> Iterator[bytes]:
    if not isinstance(response.stream, Iterable):
        raise nonsense("no body stream")
    yield from response.stream


def _body(stream: Iterator[bytes], headers: Mapping[str, str], cap: int) -> bytes:
    if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise nonsense("an encoding nobody asked for")  # a small gzip answer can unfold to gigabytes
    collected = bytearray()
    for chunk in stream:
        collected += chunk
        if len(collected) > cap:
            raise nonsense("answer too large")
    return bytes(collected)
