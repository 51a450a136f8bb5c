"""Which room may import what. import-linter sees the rooms; this table sees the libraries as well."""

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

OUR_PACKAGES = ("scanner_app", "hardware", "resources")
CORE = {"scanner_app.domain", "scanner_app.application"}
# What of our own code a room may import; __version__ anybody may. Rooms not named here join the others together.
OWN = {
    "scanner_app/domain": {"scanner_app.domain"},
    "scanner_app/application": CORE,
    "scanner_app/storage": CORE | {"scanner_app.storage", "scanner_app.bulk"},
    "scanner_app/platforms": CORE | {"scanner_app.platforms"},
    "scanner_app/sync": CORE | {"scanner_app.sync"},
    "scanner_app/venue": CORE | {"scanner_app.venue", "scanner_app.files", "scanner_app.bulk"},
    "scanner_app/ui": CORE | {"scanner_app.ui", "resources"},
    "scanner_app/sandbox": {"scanner_app.sandbox", "resources"},
    "hardware": {"hardware"},
    "resources": {"resources"},
}
# Rooms that need nothing but the standard library.
PURE = ("scanner_app/domain", "scanner_app/application")
# Libraries that only these places may import (the sandbox is a program of its own and keeps its own store).
ONLY_IN = {
    "PySide6": ("scanner_app/ui/",),
    "shiboken6": ("scanner_app/ui/",),
    "httpx": ("scanner_app/platforms/http.py",),
    "httpcore": ("scanner_app/platforms/wire.py",),
    "sqlite_utils": ("scanner_app/storage/", "scanner_app/sandbox/"),
    "pyqtgraph": ("scanner_app/ui/charts.py",),
    "cv2": ("hardware/",),
    "zxingcpp": ("hardware/",),
    "pyzbar": ("hardware/",),
    "nfc": ("hardware/",),
    "serial": ("hardware/",),
    "aiohttp": ("scanner_app/sandbox/", "scanner_app/venue/page.py"),
}


def sources() -> list[Path]:
    return [path for room in OUR_PACKAGES for path in sorted((ROOT / room).rglob("*.py"))]


@functools.cache
def imports_of(path: Path) -> tuple[str, ...]:
    """Dotted names a file imports, also inside functions and for types only; relative ones made absolute."""
    return tuple(_imports_of(path))


def _imports_of(path: Path) -> Iterator[str]:
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            home = ".".join([*base, *filter(None, [node.module])])
            yield from (f"{home}.{alias.name}" for alias in node.names)


def is_within(name: str, allowed: set[str]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in allowed)


def test_the_import_contracts_hold():
    # In a process of its own: import-linter sets up logging and thereby silences every logger there is.
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert " 0 broken" in done.stdout


def imports_in(room: str) -> Iterator[tuple[str, str]]:
    """File and dotted name of every import in a room."""
    for path in sorted((ROOT / room).rglob("*.py")):
        yield from ((path.relative_to(ROOT).as_posix(), name) for name in imports_of(path))


@pytest.mark.parametrize("room", OWN)
def test_a_room_imports_only_the_rooms_it_may(room):
    strangers = [
        f"{path}: {name}"
        for path, name in imports_in(room)
        if name.partition(".")[0] in OUR_PACKAGES and not is_within(name, OWN[room] | {"scanner_app.__version__"})
    ]
    assert strangers == []


@pytest.mark.parametrize("room", PURE)
def test_the_core_needs_the_standard_library_alone(room):
    strangers = [
        f"{path}: {name}"
        for path, name in imports_in(room)
        if name.partition(".")[0] not in {*sys.stdlib_module_names, *OUR_PACKAGES}
    ]
    assert strangers == []


@pytest.mark.parametrize(("library", "homes"), ONLY_IN.items())
def test_only_its_home_imports_the_library(library, homes):
    strangers = [
        str(path.relative_to(ROOT))
        for path in sources()
        if any(is_within(name, {library}) for name in imports_of(path))
        and not path.relative_to(ROOT).as_posix().startswith(homes)
    ]
    assert strangers == []
