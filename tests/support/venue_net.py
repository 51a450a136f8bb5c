"""Hubs in network namespaces of their own: each has one cable to the other hubs and one to the kiosks, to be pulled."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from support.venue_kit import SERVER, Venue, venue

from scanner_app.venue.server_config import HubBox

KIOSKS, PEERS = "10.213.1", "10.213.2"
"""The two networks; of a range that is nobody's, within namespaces that nobody else is in."""
_NUMBERS = itertools.count()
CABLES = {"kiosks": ("c", KIOSKS), "peers": ("p", PEERS)}


def why_not() -> str:
    """Return why there can be no namespaces here, '' when there can."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None:
        return "no `ip` here: apt-get install iproute2"
    made = subprocess.run(["ip", "netns", "add", f"pstry{os.getpid()}"], capture_output=True, check=False)
    if made.returncode:
        return f"no network namespaces here: {made.stderr.decode().strip()}"
    subprocess.run(["ip", "netns", "del", f"pstry{os.getpid()}"], check=False)
    return ""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


class CableVenue(Venue):
    """Three hubs that can be cut from each other, or from the kiosks, which stay where the test runs."""

    def __init__(self, folder: Path, count: int, kiosks: list[str]) -> None:
        self._tag = f"{os.getpid() % 1000}{next(_NUMBERS)}"  # what was taken up lingers a while
        self.hosts = [f"{KIOSKS}.{n}" for n in range(1, count + 1)]
        super().__init__(folder, count, kiosks)

    def box(self, number: int, port: int, route: int) -> HubBox:
        return HubBox(f"hub{number}", f"{KIOSKS}.{number}", 4222, 6222)

    def routes(self, box: HubBox) -> HubBox:
        return HubBox(box.name, box.host.replace(KIOSKS, PEERS), box.port, box.route_port)

    def space(self, name: str) -> str:
        return f"ps{self._tag}{name}"

    def lay(self) -> None:
        """Lay the cables."""
        for what, (letter, net) in CABLES.items():
            bridge = f"ps{letter}{self._tag}"
            ip("link", "add", bridge, "type", "bridge")
            if what == "kiosks":
                ip("addr", "add", f"{net}.250/24", "dev", bridge)
            ip("link", "set", bridge, "up")
        for number, box in enumerate(self.boxes, 1):
            ip("netns", "add", self.space(box.name))
            ip("-n", self.space(box.name), "link", "set", "lo", "up")
            for letter, net in CABLES.values():
                outer = f"ps{letter}{self._tag}{number}"
                ip("link", "add", outer, "type", "veth", "peer", "name", f"e{letter}", "netns", self.space(box.name))
                ip("link", "set", outer, "master", f"ps{letter}{self._tag}", "up")
                ip("-n", self.space(box.name), "addr", "add", f"{net}.{number}/24", "dev", f"e{letter}")
                ip("-n", self.space(box.name), "link", "set", f"e{letter}", "up")

    def take_up(self) -> None:
        """Take everything away again."""
        for box in self.boxes:
            subprocess.run(["ip", "netns", "del", self.space(box.name)], capture_output=True, check=False)
        for letter, _ in CABLES.values():
            subprocess.run(["ip", "link", "del", f"ps{letter}{self._tag}"], capture_output=True, check=False)

    def pull(self, name: str, what: str, *, out: bool = True) -> None:
        """Pull a hub's cable to the `peers` or to the `kiosks`, or put it back."""
        letter = CABLES[what][0]
        ip("link", "set", f"ps{letter}{self._tag}{name.removeprefix('hub')}", "down" if out else "up")

    def command(self, box: HubBox) -> list[str]:
        return ["ip", "netns", "exec", self.space(box.name), str(SERVER)]


@contextlib.contextmanager
def cable_venue(folder: Path, kiosks: list[str]) -> Iterator[CableVenue]:
    """Three running hubs with cables; nothing is left of them at the end."""
    made = CableVenue(folder, 3, kiosks)
    try:
        made.lay()
        with venue(folder, 3, kiosks, made=made):
            yield made
    finally:
        made.take_up()
