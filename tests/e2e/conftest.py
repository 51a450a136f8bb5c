"""A sandbox, a kiosk set up by the command line, and the recorded guest line."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from scanner_app import cli, logs
from scanner_app.demo import guest_clips, guest_video
from scanner_app.sandbox.server import Sandbox

SEED = 7


@dataclass(frozen=True)
class Scene:
    """A running sandbox and a data folder that `scanner-app setup` made for its first app configuration."""

    sandbox: Sandbox
    folder: Path
    place: str

    def run(self, *words: str, text: str | None = None, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `scanner-app` on the folder as its user would."""
        done = subprocess.run(
            [sys.executable, "-m", "scanner_app", words[0], "--data-dir", str(self.folder), *words[1:]],
            input=text,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        if check:
            assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        return done

    def prepare(self, *words: str) -> None:
        """Run in this process what a test only stands on: a process of its own takes a second."""
        said = io.StringIO()
        with nothing_kept_for_logs(), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            status = cli.main([words[0], "--data-dir", str(self.folder), *words[1:]])
        assert status == 0, said.getvalue()

    def lines(self, *words: str, text: str | None = None) -> list[dict[str, Any]]:
        """Run and return what was printed, one object per line."""
        return [json.loads(line) for line in self.run(*words, text=text).stdout.splitlines()]

    def get(self, path: str) -> Any:
        """Ask the sandbox over HTTP."""
        info = self.sandbox.info
        request = urllib.request.Request(info["base_url"] + path, headers={"Authorization": info["api_key"]})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def post(self, path: str, body: object) -> int:
        """Send a JSON body to the sandbox; return the status."""
        info = self.sandbox.info
        headers = {"Authorization": info["api_key"], "Content-Type": "application/json"}
        data = json.dumps(body).encode()
        request = urllib.request.Request(info["base_url"] + path, data=data, headers=headers, method="POST")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)

    def feed(self, source: BinaryIO, *words: str) -> list[dict[str, Any]]:
        """Run with bytes on standard input and return what was printed."""
        command = [sys.executable, "-m", "scanner_app", words[0], "--data-dir", str(self.folder), *words[1:]]
        done = subprocess.run(command, stdin=source, capture_output=True, timeout=240, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def scans(self) -> list[dict[str, Any]]:
        """Return every app scan the platform knows."""
        results: list[dict[str, Any]] = self.get("/api/appscan/list")["results"]
        return results

    def passes(self, barcode: str) -> dict[str, Any]:
        """Return the platform's own view of a pass."""
        found: dict[str, Any] = self.get(f"/api/pass/{barcode}")
        return found


@contextlib.contextmanager
def nothing_kept_for_logs() -> Iterator[None]:
    """Let neither where a verb logs nor which keys it knows be there for what this process does afterwards."""
    root, known = logging.getLogger(), set(logs._known)
    handlers, level, raising = list(root.handlers), root.level, logging.raiseExceptions
    try:
        yield
    finally:
        for added in [handler for handler in root.handlers if handler not in handlers]:
            root.removeHandler(added)
            added.close()
        root.setLevel(level)
        logging.raiseExceptions = raising
        logs._known.intersection_update(known)


def set_up(sandbox: Sandbox, folder: Path, *more: str) -> Scene:
    """Set a kiosk up by the command line, for the sandbox's first app configuration."""
    scene = Scene(sandbox, folder, sandbox.info["app_configurations"][0]["place"])
    scene.prepare("setup", *set_up_words(scene), *more)  # the zone is found out from the platform's own times
    return scene


def set_up_words(scene: Scene) -> list[str]:
    """Return what `setup` is told for the sandbox's first app configuration."""
    info = scene.sandbox.info
    door = info["app_configurations"][0]
    key_file = scene.folder.parent / f"{scene.folder.name}.key"
    key_file.write_text(info["api_key"])
    words = ["--platform", "passcreator", "--url", info["base_url"], "--key-file", str(key_file)]
    return [*words, "--template", door["template"], "--place", door["place"], "--app-configuration", door["id"]]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox with 200 passes and the guest line."""
    with Sandbox(passes=200, seed=SEED) as running:
        yield running


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path: Path) -> Scene:
    """A kiosk, set up and synced."""
    made = set_up(sandbox, tmp_path / "kiosk")
    made.prepare("sync")
    return made


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recorded guest line; its codes follow from the seed alone."""
    unstarted = Sandbox(passes=0, seed=SEED)
    try:
        return guest_video(tmp_path_factory.mktemp("film"), guest_clips(unstarted.guest_line()))
    finally:
        unstarted.store.close()
