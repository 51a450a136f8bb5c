"""The platforms that the sandbox can play, by name."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Middleware

from scanner_app.sandbox.account import Account
from scanner_app.sandbox.airship import platform as airship
from scanner_app.sandbox.front import RefusalWriter
from scanner_app.sandbox.passcreator import platform as passcreator
from scanner_app.sandbox.passentry import platform as passentry
from scanner_app.sandbox.passkit import platform as passkit

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Platform:
    """One contract: routes, key check, the form of refusals, data, and what a client is told.

    verdicts: what the door's reason is called here when it cannot be told apart (None: it cannot occur).
    """

    name: str
    routes: tuple[tuple[str, str, Handler], ...]
    check_key: Middleware
    refusal: RefusalWriter
    fill: Callable[[Account, int, int], None]
    info: Callable[[Account], dict[str, Any]]
    summary: Callable[[Account], dict[str, Any]]
    verdicts: dict[str, str | None]


def _platform(module: Any) -> Platform:
    return Platform(
        module.NAME,
        module.ROUTES,
        module.check_key,
        module.refusal,
        module.fill,
        module.info,
        module.summary,
        module.VERDICTS,
    )


PLATFORMS = {each.name: each for each in map(_platform, (passcreator, passentry, passkit, airship))}
