"""`scanner-app sandbox`: hands its arguments to the sandbox, which stands alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scanner_app.sandbox import cli


def main(words: Sequence[str]) -> int:
    """Run the sandbox; `--data-dir DIR` keeps its store at DIR/sandbox.db unless `--data` names another."""
    rest, folder = _without_data_dir(list(words))
    rest.remove("sandbox")
    if folder and "--data" not in rest and not any(w.startswith("--data=") for w in rest):
        Path(folder).mkdir(parents=True, exist_ok=True)
        rest += ["--data", str(Path(folder) / "sandbox.db")]
    return cli.main(rest)


def _without_data_dir(words: list[str]) -> tuple[list[str], str]:
    rest: list[str] = []
    folder = ""
    upcoming = iter(words)
    for word in upcoming:
        if word == "--data-dir":
            folder = next(upcoming, "")
        elif word.startswith("--data-dir="):
            folder = word.partition("=")[2]
        else:
            rest.append(word)
    return rest, folder
