"""A small read-only page of the venue, served from a hub's box over TLS, for a supervisor's phone. Asks for a code."""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from aiohttp import web

from scanner_app.application.venue_view import VenueView

log = logging.getLogger(__name__)
PORT = 4280
COOKIE = "__Host-venue"
SESSION_SECONDS = 16 * 3600.0
SESSIONS = 500
TRIES = 5
FIRST_WAIT, LONGEST_WAIT = 30.0, 900.0
ADDRESSES = 2000
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Words(Protocol):
    """How the page is worded: HTML of a view, in the language that a browser asks for."""

    def page(self, view: VenueView, language: str) -> str:
        """Return the whole page."""

    def fragment(self, view: VenueView, language: str) -> str:
        """Return the part that changes."""

    def door(self, trouble: str, language: str, *, wait: float = 0.0) -> str:
        """Return the page that asks for the code."""

    def languages(self, wanted: str) -> str:
        """Return the language for an `Accept-Language`."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page is served. `folder`: the hub's own, with its certificate; `port` 0 takes any that is free."""

    host: str
    port: int
    folder: Path
    code: str


class Tries:
    """Wrong codes by address: five, then a wait that doubles from 30 s to 15 min."""

    def __init__(self) -> None:
        self._failed: dict[str, tuple[int, float]] = {}

    def wait(self, address: str) -> float:
        """Return the seconds until the next try is taken."""
        count, at = self._failed.get(address, (0, 0.0))
        if count < TRIES:
            return 0.0
        lasts = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (count - TRIES))
        return float(max(0.0, at + lasts - time.monotonic()))

    def failed(self, address: str) -> None:
        """Count a wrong code."""
        count, _ = self._failed.pop(address, (0, 0.0))
        if len(self._failed) >= ADDRESSES:
            self._failed.pop(next(iter(self._failed)))
        self._failed[address] = (count + 1, time.monotonic())

    def well(self, address: str) -> None:
        """Forget what went wrong."""
        self._failed.pop(address, None)


class PageServer:
    """Serves the page from a thread of its own. `port`: where it listens, once `start` has returned."""

    def __init__(self, place: Place, view: Callable[[], VenueView], words: Words, assets: Mapping[str, str]) -> None:
        """`assets`: the style sheet and the script by name."""
        self._place, self._view, self._words, self._assets = place, view, words, assets
        self._sessions: dict[str, float] = {}
        self._tries = Tries()
        self._thread = threading.Thread(target=self._main, name="venue page", daemon=True)
        self._ready, self._stop = threading.Event(), threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._quit: asyncio.Event | None = None
        self.port = 0
        self.trouble = ""

    def start(self) -> bool:
        """Start listening; False when that cannot be (`trouble` says why)."""
        self._thread.start()
        self._ready.wait()
        return not self.trouble

    def stop(self, deadline: float = 5.0) -> bool:
        """End; return whether that was within the deadline (seconds)."""
        if self._loop is not None and self._quit is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._quit.set)
        self._thread.join(deadline)
        return not self._thread.is_alive()

    # --- the thread
    def _main(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            self.trouble = str(error) or type(error).__name__
        except Exception as error:
            log.exception("the venue's page ended")
            self.trouble = repr(error)
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._quit = asyncio.get_running_loop(), asyncio.Event()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(self._place.folder / "hub.pem", self._place.folder / "hub.key")
        app = web.Application(client_max_size=4096)
        app.on_response_prepare.append(_headers)
        app.add_routes(
            [
                web.get("/", self._page),
                web.get("/now", self._now),
                web.post("/enter", self._enter),
                web.get("/enter/{code}", self._enter),
                web.get("/{name:page\\.(?:css|js)}", self._asset),
            ]
        )
        # No log of requests: an address may hold the code.
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            site = web.TCPSite(runner, self._place.host, self._place.port, ssl_context=context)
            await site.start()
            self.port = int(runner.addresses[0][1])
            self._ready.set()
            await self._quit.wait()
        finally:
            await runner.cleanup()
            await _drop_all(self._loop)

    # --- requests
    async def _page(self, request: web.Request) -> web.Response:
        language = self._words.languages(request.headers.get("Accept-Language", ""))
        if not self._is_in(request):
            return _html(self._words.door("", language))
        return _html(self._words.page(await self._look(), language))

    async def _now(self, request: web.Request) -> web.Response:
        if not self._is_in(request):
            raise web.HTTPForbidden
        language = self._words.languages(request.headers.get("Accept-Language", ""))
        return _html(self._words.fragment(await self._look(), language))

    async def _enter(self, request: web.Request) -> web.Response:
        language = self._words.languages(request.headers.get("Accept-Language", ""))
        address = request.remote or ""
        code = request.match_info.get("code") or str((await request.post()).get("code", ""))
        # From here on nothing is waited for: tries that were begun together are counted one after the other.
        if wait := self._tries.wait(address):
            return _html(self._words.door("wait", language, wait=wait), 429)
        if not hmac.compare_digest(code.strip().lower().encode(), self._place.code.encode()):
            self._tries.failed(address)
            return _html(self._words.door("wrong", language), 403)
        self._tries.well(address)
        answer = web.Response(status=303, headers={"Location": "/"})
        answer.set_cookie(COOKIE, self._session(), secure=True, httponly=True, samesite="Lax", path="/")
        return answer

    async def _asset(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        kind = "text/css" if name.endswith("css") else "text/javascript"
        return web.Response(text=self._assets[name], content_type=kind, charset="utf-8")

    async def _look(self) -> VenueView:
        return await asyncio.get_running_loop().run_in_executor(None, self._view)

    def _session(self) -> str:
        now = time.monotonic()
        self._sessions = {token: until for token, until in self._sessions.items() if until > now}
        if len(self._sessions) >= SESSIONS:
            self._sessions.pop(next(iter(self._sessions)))
        token = secrets.token_urlsafe(32)
        self._sessions[token] = now + SESSION_SECONDS
        return token

    def _is_in(self, request: web.Request) -> bool:
        return self._sessions.get(request.cookies.get(COOKIE, ""), 0.0) > time.monotonic()


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


async def _drop_all(loop: asyncio.AbstractEventLoop) -> None:
    """Close connections that a browser opened to have them at hand: those that never said a word nobody else closes."""
    for transport in list(getattr(loop, "_transports", {}).values()):
        transport.abort()
    await asyncio.sleep(0)


async def _headers(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
    response.headers.pop("Server", None)
