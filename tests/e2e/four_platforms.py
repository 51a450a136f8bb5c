"""A sandbox of all four platforms, and a kiosk that takes the passes of each at one place."""

from __future__ import annotations

import contextlib
import io
import subprocess
from collections.abc import Iterator, Mapping, Sequence

from scanner_app import cli
from scanner_app.sandbox.server import Sandbox
from tests.e2e.conftest import SEED, Scene

NAMES = ("passcreator", "passentry", "passkit", "airship")
PLACE = "Gate"


@contextlib.contextmanager
def four_platforms(passes: int) -> Iterator[Sandbox]:
    """Run them with so many passes each."""
    with Sandbox(passes=passes, seed=SEED, platforms=NAMES) as running:
        running.accounts["passentry"].switches.no_rate_limit = True
        yield running


class Quick(Scene):
    """The same command lines, most of them in this process: a new one takes a second and adds nothing to looking.

    Whoever talks to the platforms and writes logs is a process of its own: what one knows of keys that must not be
    logged would cover for the next.
    """

    own_process = frozenset({"gate", "sync", "push"})

    def run(self, *words: str, text: str | None = None, check: bool = True) -> subprocess.CompletedProcess[str]:
        if words[0] in self.own_process:
            return super().run(*words, text=text, check=check)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = cli.main([words[0], "--data-dir", str(self.folder), *words[1:]])
        if check:
            assert status == 0, err.getvalue()
        assert "Traceback" not in err.getvalue()
        return subprocess.CompletedProcess(list(words), status, out.getvalue(), err.getvalue())


def keys_of(info: dict) -> list[str]:
    """What nobody may find: the key, or key and secret."""
    return {
        "passkit": [info.get("api_key", ""), info.get("api_secret", "")],
        "airship": [info.get("app_key", ""), info.get("api_key", "")],
    }.get(info["platform"], [info["api_key"]])


def set_up_all(scene: Scene, templates: Mapping[str, Sequence[str]], *more: str) -> None:
    """Set the accounts up at one place. `templates`: the ids that are good there, by platform."""
    for info in scene.sandbox.infos:
        name = info["platform"]
        key_file = scene.folder.parent / f"{name}.key"
        key_file.write_text("\n".join(keys_of(info)))
        words = ["--platform", name, "--url", info["base_url"], "--key-file", str(key_file), "--place", scene.place]
        words += ["--option", "per_second=500"] if name == "airship" else []
        scene.run("setup", *words, "--template", *templates[name], *more)
