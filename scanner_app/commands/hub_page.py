"""The venue's page from a hub's box: its feed, its server, its words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from scanner_app import logs
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.ui import venue_page
from scanner_app.venue.box_users import BoxUsers
from scanner_app.venue.hub_folder import PAGE, read_own
from scanner_app.venue.link import Enrolment
from scanner_app.venue.page import PORT, PageServer, Place
from scanner_app.venue.page_feed import PageFeed

__all__ = ["PORT", "Served", "open_page"]
ASSETS = ("page.css", "page.js")


@dataclass(frozen=True, slots=True)
class Served:
    """A page that is being served."""

    host: str
    code: str
    feed: PageFeed
    server: PageServer

    def told(self) -> dict[str, object]:
        """Return where it is and what opens it."""
        url = f"https://{self.host}:{self.server.port}/"
        return {"url": url, "code": self.code, "link": f"{url}enter/{self.code}"}

    def close(self) -> None:
        """End serving and following."""
        self.server.stop()
        self.feed.stop()


def identity(folder: Path) -> tuple[Enrolment, str, str]:
    """Return who the page of the hub in this folder is, its host and its code; SettingsTrouble when there is none."""
    raw = read_own(folder / PAGE)
    try:
        hubs, hash_key = tuple(map(str, raw["hubs"])), bytes.fromhex(str(raw["hash_key"]))
        texts = {name: str(raw[name]) for name in ("venue", "kiosk", "ca", "seed", "admin", "code", "host")}
    except (KeyError, TypeError, ValueError) as error:
        raise SettingsTrouble("hub_unreadable", f"{folder / PAGE}: {error}") from error
    for secret in (texts["seed"], texts["code"], str(raw["hash_key"])):
        logs.never_log(secret)
    enrolment = Enrolment(texts["venue"], texts["kiosk"], hubs, texts["ca"], texts["seed"], hash_key, texts["admin"])
    return enrolment, texts["host"], texts["code"]


@contextlib.contextmanager
def told_of_users(own: Path | None) -> Iterator[None]:
    """On a hub's box that is alone: take over whom the installer enrols and shuts out, as long as this lasts."""
    with contextlib.ExitStack() as ends:
        if own is not None:
            users = BoxUsers(identity(own)[0], own)
            ends.callback(users.stop)
            users.start()
        yield


def open_page(folder: Path, listen: str, port: int) -> Served:
    """Serve the page of the hub in this folder. SettingsTrouble when there is none, or the port cannot be had."""
    enrolment, host, code = identity(folder)
    feed = PageFeed(enrolment, folder)
    assets = {name: (files("resources") / "page" / name).read_text(encoding="utf-8") for name in ASSETS}
    server = PageServer(Place(listen, port, folder, code), feed.view, venue_page, assets)
    feed.start()
    if not server.start():
        feed.stop()
        raise SettingsTrouble("page_port", f"{listen}:{port}: {server.trouble}")
    return Served(host, code, feed, server)
