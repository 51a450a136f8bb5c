"""The one place that speaks HTTP to a platform: https only, one deadline, a cap on bodies, one segment per value.

httpx is the client, over connections of our own (docs/decisions/0003-http.md says why).
"""

from __future__ import annotations

import json
import logging
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import SplitResult

import httpx

from scanner_app.application.ports import Rest
from scanner_app.domain.errors import Bug, PlatformKind, PlatformTrouble
from scanner_app.platforms import answers, segments
from scanner_app.platforms.address import checked_url, trusted
from scanner_app.platforms.strict_json import Json, decode, nonsense
from scanner_app.platforms.wire import Answer, Call, Pool

MAX_BODY = 2 * 1024 * 1024
"""Largest body read, in bytes (reliability.md, O2)."""
KEEP_ALIVE = 20.0
"""Seconds an idle connection is kept; common servers drop theirs after 60 to 75."""
CONNECTIONS = 12
"""Eight lanes of the outbox, two walks, and look-ups that must not queue behind them."""

DEADLINE = "deadline"
"""Under this name httpx carries a call to our transport."""

log = logging.getLogger(__name__)
logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs whole URLs

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
        return decode(self.body)

    def empty(self) -> None:
        """Insist that nothing came, as the contract says."""
        if self.body.strip():
            raise answers.trouble(self.status, self.headers, self.body)


def _trust_for(url: SplitResult) -> ssl.SSLContext | None:
    return trusted() if url.scheme == "https" else None


class Http:
    """One platform account's way to the network. Safe to use from several threads; `close()` wakes them all.

    `auth` makes the headers of each request; `heard` is told the platform's time, also with refusals;
    `reach` says which addresses may be connected to, all of them where it is None.
    """

    def __init__(  # noqa: PLR0913 - one account has that many sides
        self,
        base_url: str,
        auth: Auth,
        *,
        secrets: Iterable[str] = (),
        trust: ssl.SSLContext | None = None,
        connections: int = CONNECTIONS,
        cap: int = MAX_BODY,
        heard: Callable[[datetime], None] | None = None,
        reach: Callable[[str], bool] | None = None,
    ) -> None:
        self._heard = heard
        self._url = checked_url(base_url)
        self._auth = auth
        self._secrets = [secret for secret in secrets if secret]
        self._cap = cap
        self._transport = Transport(self._url, trust or _trust_for(self._url), connections, reach)
        self._client = httpx.Client(
            transport=self._transport,
            trust_env=False,
            follow_redirects=False,
            timeout=None,  # noqa: S113  # every wait ends at the call's own deadline, which goes along with it
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={"accept": "application/json", "accept-encoding": "identity", "user-agent": "scanner-app"},
        )

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
        call = Call(deadline)
        kind, content = _content(body)
        headers = _raw({**kind, **self._auth()})
        reply = self._answered(self._request(method, path, params or {}, headers, content, call), call)
        log.debug("%s %s -> %d in %.0f ms", method, "/".join(path[:-1]) or "/", reply.status, reply.ms)
        if reply.status not in ok or not _data(reply):
            raise self._clean(answers.trouble(reply.status, reply.headers, reply.body))
        return reply

    def _request(
        self,
        method: str,
        path: Sequence[str],
        params: Mapping[str, str],
        headers: list[tuple[bytes, bytes]],
        content: bytes,
        call: Call,
    ) -> httpx.Request:
        raw = segments.target(self._url.path, path, params)
        try:
            url = httpx.URL(f"{self._url.scheme}://{self._url.netloc}{raw.decode('ascii')}")
        except httpx.InvalidURL:  # longer than any server takes
            raise segments.UnusableSegment from None
        if url.raw_path != raw:  # httpx tidies paths: `..` would reach another endpoint, with the key
            raise Bug("a path that is not what was asked for")
        return self._client.build_request(method, url, headers=headers, content=content, extensions={DEADLINE: call})

    def _clean(self, trouble: PlatformTrouble) -> PlatformTrouble:
        trouble.detail = self.redact(trouble.detail)
        trouble.args = (trouble.detail,)
        return trouble

    def _answered(self, request: httpx.Request, call: Call) -> Reply:
        began = time.monotonic()
        try:
            with closing(self._client.send(request, stream=True)) as response:
                headers = dict(response.headers.multi_items())
                body = _body(response.iter_raw(), headers, self._cap)
        except httpx.TransportError as error:
            raise PlatformTrouble(PlatformKind.UNREACHABLE, self.redact(str(error)[:200]), sent=call.wrote) from None
        ms = (time.monotonic() - began) * 1000
        return self._dated(Reply(response.status_code, headers, body, answers.http_date(headers.get("date", "")), ms))

    def _dated(self, reply: Reply) -> Reply:
        if self._heard and reply.date:
            self._heard(reply.date)
        return reply

    def at_rest(self) -> Rest:
        """Return what became of the connections that nobody uses, since the last look."""
        return self._transport.at_rest()

    def reset(self) -> None:
        """Drop every connection, also those in use: after sleep they may be half open."""
        self._transport.reset()

    def close(self) -> None:
        """End every call under way, and every later one, at once."""
        self._transport.close()  # the client itself stays: a call that comes too late is refused as any other


class Transport(httpx.BaseTransport):
    """httpx over our own connections: its own have no total deadline, and closing them wakes nobody."""

    def __init__(
        self,
        url: SplitResult,
        trust: ssl.SSLContext | None,
        connections: int,
        reach: Callable[[str], bool] | None = None,
    ) -> None:
        self._url, self._trust, self._connections, self._reach = url, trust, connections, reach
        self._lock = threading.Lock()
        self._pool = self._opened()

    def _opened(self) -> Pool:
        url = self._url
        port = url.port or (443 if url.scheme == "https" else 80)
        return Pool(
            url.scheme,
            url.hostname or "",
            port,
            self._trust,
            most=self._connections,
            keep_alive=KEEP_ALIVE,
            reach=self._reach,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Make one exchange with the platform of this account, wherever the request thinks it goes."""
        with self._lock:
            pool = self._pool
        with _httpx_errors():
            call: Call = request.extensions[DEADLINE]
            answer = pool.ask(call, request.method.encode(), request.url.raw_path, request.headers.raw, request.read())
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def at_rest(self) -> Rest:
        """Return what became of the connections that nobody uses."""
        with self._lock:
            pool = self._pool
        return pool.at_rest()

    def reset(self) -> None:
        """Drop every connection, also those in use."""
        with self._lock:
            old, self._pool = self._pool, self._opened()
        old.close()

    def close(self) -> None:
        """End every call under way, and every later one, at once."""
        with self._lock:
            pool = self._pool
        pool.close()


class _Body(httpx.SyncByteStream):
    """An answer's body for httpx."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _httpx_errors():
            yield from self._answer

    def close(self) -> None:
        self._answer.close()


@contextmanager
def _httpx_errors() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise httpx.TimeoutException(str(error)) from error
    except ConnectionError as error:
        raise httpx.NetworkError(str(error)) from error


def _data(reply: Reply) -> bool:
    """Whether what came may be the platform's own: no page, and with a 204 no word of a body."""
    strange = reply.status == 204 and answers.promised(reply.headers, reply.body)
    return not strange and not answers.is_html(reply.headers, reply.body)


def _content(body: Json) -> tuple[dict[str, str], bytes]:
    if body is None:
        return {}, b""
    if isinstance(body, bytes):
        return {"content-type": "application/x-www-form-urlencoded"}, body
    return {"content-type": "application/json"}, json.dumps(body, allow_nan=False).encode()


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]


def _body(stream: Iterator[bytes], headers: Mapping[str, str], cap: int) -> bytes:
    if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise nonsense("an encoding nobody asked for")  # a small gzip answer can unfold to gigabytes
    collected = bytearray()
    for chunk in stream:
        collected += chunk
        if len(collected) > cap:
            raise nonsense("answer too large")
    return bytes(collected)
