"""Demo mode: a sandbox platform on loopback, filled and set up, and a recorded line of guests where no camera is."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hardware.guest_line import GuestClip, write_line
from scanner_app.application.config import AccountConfig, DeviceConfig, Settings
from scanner_app.application.ports import Template
from scanner_app.domain.place import Accepted, Place, Policy
from scanner_app.sandbox.server import Sandbox

PASSES = 1000
SEED = 7
ACCOUNT = "demo"
VIDEO = "guest-line.avi"
SYMBOLOGIES = {"qr": "QR", "aztec": "AZTEC", "pdf417": "PDF417", "code128": "CODE128"}


def fresh_folder(folder: Path) -> Path:
    """Return an emptied folder for a demo; a finished video of the guest line is kept, it takes a while to draw."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for item in folder.iterdir():
        if item.name.startswith(VIDEO.removesuffix(".avi")):
            continue
        shutil.rmtree(item) if item.is_dir() else item.unlink()
    return folder


def started_sandbox() -> Sandbox:
    """Return a running sandbox with the demo's passes."""
    return Sandbox(passes=PASSES, seed=SEED).start()


def demo_settings(info: Mapping[str, Any], sources: Sequence[str]) -> Settings:
    """Return settings for the sandbox's first place: the app configuration that voids after a scan."""
    door = next(a for a in info["app_configurations"] if a["scan_mode"] == 0)
    templates = tuple(Template(t["id"], t["name"]) for t in info["templates"])
    account = AccountConfig(ACCOUNT, info["platform"], info["base_url"], templates, "Europe/Berlin", sync_minutes=0.25)
    accepted = Accepted(ACCOUNT, frozenset([door["template"]]), door["id"], door["place"], voids=True, records=True)
    place = Place(door["place"], (accepted,), Policy.ONCE, zone="Europe/Berlin")
    return Settings("Demo door", place.name, (account,), (place,), devices=DeviceConfig(tuple(sources)), training=True)


def guest_clips(line: Sequence[Mapping[str, Any]]) -> list[GuestClip]:
    """Return the sandbox's guest line as what each guest holds up."""
    return [GuestClip(g["barcode"], SYMBOLOGIES[g["symbology"]], g["holder"] or g["title"]) for g in line]


def guest_video(folder: Path, clips: Sequence[GuestClip]) -> Path:
    """Return the video of the guest line, drawn once and kept: the same codes make the same film."""
    path = folder / VIDEO
    mark = folder / (VIDEO + ".codes")
    codes = json.dumps([[c.text, c.symbology, c.title] for c in clips])
    if not (path.exists() and mark.exists() and mark.read_text(encoding="utf-8") == codes):
        mark.unlink(missing_ok=True)
        partial = path.with_name("guest-line.part.avi")
        write_line(partial, clips)
        partial.replace(path)
        mark.write_text(codes, encoding="utf-8")
    return path


def draw_in_child(folder: Path, clips: Sequence[GuestClip]) -> subprocess.Popen[bytes]:
    """Draw the video in a process of its own, so that the window does not stutter."""
    order = json.dumps([[c.text, c.symbology, c.title] for c in clips]).encode()
    child = subprocess.Popen([sys.executable, "-m", "scanner_app.demo", str(folder)], stdin=subprocess.PIPE)
    assert child.stdin is not None  # noqa: S101 - asked for
    child.stdin.write(order)
    child.stdin.close()
    return child


if __name__ == "__main__":
    guest_video(Path(sys.argv[1]), [GuestClip(*clip) for clip in json.load(sys.stdin)])
