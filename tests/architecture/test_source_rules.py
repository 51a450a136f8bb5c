"""Habits that cost somebody a night once, kept out by reading the source."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OWN_CODE = ("scanner_app", "hardware", "resources")
# What no tree of ours holds when it is walked without git: things made by tools.
MADE_BY_TOOLS = {".git", "__pycache__", "build", "dist", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"}

# Written in halves, so that this file does not hold what it looks for.
REGISTRY = re.compile(
    "|".join(
        [
            r"pypi\.(org|python)",
            r"python" + r"hosted",
            r"/simp" + r"le/",
            r"--(extra-)?index-url[ =]\S",
            r"--find-links[ =]\S",
            r"deb\.deb" + r"ian\.org",
            r"archive\.ubu" + r"ntu\.com",
            r"registry\.np" + r"mjs",
            r"artifact" + r"ory",
            r"nexus" + r"\.",
        ]
    ),
    re.IGNORECASE,
)


def tracked_files() -> list[Path]:
    """The files of the project: as git lists them, or, in an unpacked archive, all but what tools made."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        listed = subprocess.run(
            ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    return [
        path
        for path in ROOT.rglob("*")
        if path.is_file()
        and not any(part in MADE_BY_TOOLS or part.startswith(".venv") for part in path.relative_to(ROOT).parts)
    ]


def own_sources() -> list[Path]:
    return [path for room in OWN_CODE for path in sorted((ROOT / room).rglob("*.py"))]


def test_no_file_holds_the_address_of_a_package_registry():
    found = []
    for path in tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # pictures, sounds and videos
        found += [
            f"{path.relative_to(ROOT)}:{number}: {hit.group()}"
            for number, line in enumerate(text.splitlines(), 1)
            if (hit := REGISTRY.search(line))
        ]
    assert found == []


def test_no_transaction_is_left_to_the_connection_object():
    """`with db.conn:` commits half a transaction when a statement inside began its own; use `db.atomic()`."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in own_sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.With | ast.AsyncWith)
        for item in node.items
        if isinstance(item.context_expr, ast.Attribute | ast.Name)
        and getattr(item.context_expr, "attr", getattr(item.context_expr, "id", "")) in {"conn", "connection"}
    ]
    assert found == []


def test_no_statement_numbers_the_values_it_binds():
    """From Python 3.12 on a warning, from 3.14 an error: `?1` is a name to SQLite, and our values come in a row."""
    numbered = re.compile(r"[=(,]\s*\?[0-9]")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in own_sources()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if numbered.search(line)
    ]
    assert found == []


def test_no_web_engine_in_the_window():
    found = [str(path.relative_to(ROOT)) for path in own_sources() if "WebEngine" in path.read_text(encoding="utf-8")]
    assert found == []
