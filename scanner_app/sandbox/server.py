"""The sandbox as one object: start it, ask it for its address, stop it."""

import asyncio
import dataclasses
import random
import secrets
import socket
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from aiohttp import web

from scanner_app.sandbox import control, front, guests
from scanner_app.sandbox.account import ACCOUNT, Account, Switches
from scanner_app.sandbox.clock import Clock
from scanner_app.sandbox.misbehave import Misbehaviour, Misbehaviours
from scanner_app.sandbox.platforms import PLATFORMS, Platform
from scanner_app.sandbox.store import Store
from scanner_app.sandbox.zone import CompanyZone

STOP_SECONDS = 10.0


class Sandbox:
    """Pass platforms on loopback, each on a port of its own, served by one thread with its own event loop."""

    def __init__(  # noqa: PLR0913, PLR0917  # each is a setting of its own, named where it is called
        self,
        data: Path | None = None,
        passes: int = 500,
        seed: int = 7,
        platforms: Sequence[str] = ("passcreator",),
        host: str = "127.0.0.1",
        port: int = 0,
        zone: str = "Europe/Berlin",
        api_key: str | None = None,
        misbehave: Sequence[Misbehaviour] = (),
        switches: Switches | None = None,
    ) -> None:
        """Open the store and fill it if it is empty. KeyError names an unknown platform."""
        chosen = [PLATFORMS[name] for name in platforms]
        self.clock = Clock()
        self.store = Store(data)
        self._host, self._port = host, port
        self._line = self._fix_line(seed)
        settled = CompanyZone(zone), switches or Switches(), list(misbehave)
        self.accounts = {each.name: self._open(each, api_key, *settled) for each in chosen}
        for each in chosen:
            each.fill(self.accounts[each.name], seed, passes)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._doors: list[socket.socket] = []
        self._ready = threading.Event()
        self._trouble: BaseException | None = None

    @property
    def info(self) -> dict[str, Any]:
        """What a client of the first platform needs to know."""
        return self.infos[0]

    @property
    def infos(self) -> list[dict[str, Any]]:
        """The same for every platform."""
        return [PLATFORMS[name].info(account) for name, account in self.accounts.items()]

    def guest_line(self, platform: str | None = None) -> list[dict[str, Any]]:
        """Who stands at the door, in order: title, barcode, symbology, place, and the verdict to expect.

        Without a name: as the first platform tells it. Guests whose trouble a platform cannot express stay away.
        """
        return self.accounts[platform or next(iter(self.accounts))].line

    def start(self) -> Self:
        """Serve; returns when every port listens. Safe to call twice. OSError when a port is taken."""
        if self._thread is not None:
            return self
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._trouble is not None:
            self._thread.join()
            self.store.close()
            raise self._trouble
        return self

    def stop(self) -> None:
        """Stop serving, join the thread, close the store. Safe to call twice."""
        if self._thread is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join(STOP_SECONDS)
            self._thread = None
        self.store.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _fix_line(self, seed: int) -> list[dict[str, Any]]:
        if (kept := self.store.meta("guest_line")) is None:
            shown = guests.line(random.Random(seed), self.clock.seconds())
            kept = [_describe(number, each) for number, each in enumerate(shown, 1)]
            self.store.remember("guest_line", kept)
        return list(kept)

    def _open(
        self, platform: Platform, api_key: str | None, zone: CompanyZone, switches: Switches, faults: list[Misbehaviour]
    ) -> Account:
        remembered = f"{platform.name}.api_key"
        key = api_key or self.store.meta(remembered) or secrets.token_urlsafe(32)
        self.store.remember(remembered, key)
        misbehaviours = Misbehaviours([dataclasses.replace(each) for each in faults])
        account = Account(platform.name, self.store, self.clock, zone, key, platform.summary)
        account.switches, account.misbehaviours = switches, misbehaviours
        account.line = [each for guest in self._line if (each := _translate(guest, platform.verdicts))]
        return account

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001  # handed to the thread that called start()
            self._trouble = error
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        runners: list[web.AppRunner] = []
        try:
            for number, (name, account) in enumerate(self.accounts.items()):
                port = self._port + number if self._port else 0
                runners.append(_runner(PLATFORMS[name], account))
                await self._listen(runners[-1], account, port)
            self._ready.set()
            await self._end.wait()
        finally:
            await self._close(runners)

    async def _listen(self, runner: web.AppRunner, account: Account, port: int) -> None:
        await runner.setup()
        door = socket.create_server((self._host, port))
        self._doors.append(door)
        await web.SockSite(runner, door).start()
        account.base_url = f"http://{self._host}:{door.getsockname()[1]}"

    async def _close(self, runners: list[web.AppRunner]) -> None:
        # asyncio leaks a connection that it accepts in the very moment of closing: first accept no more,
        # let those that are just arriving arrive, then end all of them.
        for door in self._doors:
            asyncio.get_running_loop().remove_reader(door)
        for _ in range(3):
            await asyncio.sleep(0)
        for runner in runners:
            await runner.cleanup()
        for door in self._doors:
            door.close()


def _runner(platform: Platform, account: Account) -> web.AppRunner:
    app = web.Application(middlewares=[*front.MIDDLEWARES, platform.check_key])
    app[ACCOUNT], app[front.REFUSAL_WRITER] = account, platform.refusal
    control.add_routes(app)
    for method, path, handler in platform.routes:
        app.router.add_route(method, path, handler)
    return web.AppRunner(app, access_log=None, shutdown_timeout=1.0, handler_cancellation=True)


def _translate(guest: dict[str, Any], verdicts: dict[str, str | None]) -> dict[str, Any] | None:
    reason = "USED_BEFORE" if guest["used_before"] else guest["expected"]
    expected = verdicts.get(reason, guest["expected"])
    return None if expected is None else guest | {"expected": expected}


def _describe(number: int, each: guests.Presented) -> dict[str, Any]:
    return {
        "number": number,
        "title": each.title,
        "holder": each.guest.person.name if each.guest else None,
        "event": each.guest.event if each.guest else None,
        "barcode": each.barcode,
        "symbology": each.symbology,
        "place": each.place,
        "used_before": bool(each.guest and each.guest.used),
        "expected": each.expected,
        "outcome": "admit" if each.expected == "ADMIT" else "refuse",
    }
