"""What is locked and installed: every package hashed, named in the notice, and none of the ones that do harm."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("build", "run", "dev")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)")

# opencv-python brings Qt 5 and shares the folder cv2 with the headless build; PySide6 would hide which parts are used.
UNWANTED = {
    "opencv-python": "opencv-python-headless",
    "opencv-contrib-python": "opencv-python-headless",
    "pyside6": "PySide6-Essentials and PySide6-Addons",
    "pyqt5": "PySide6-Essentials",
    "pyqt6": "PySide6-Essentials",
}


# Modules of optional extras that go by another name than their package.
MODULES_OF_EXTRAS = {"pyscard": "smartcard"}


def imported_tops(node: ast.AST) -> list[str]:
    """The top-level packages that an import statement names."""
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level and node.module:
        return [node.module.partition(".")[0]]
    return []


def normal(name: str) -> str:
    """A package's name as the index compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def project_file() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def lock_text(lock: str) -> str:
    return (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")


def locked(lock: str) -> list[tuple[str, str]]:
    """Name and version of every line of a lock file; a package stands twice where Python versions differ."""
    return [(normal(hit[1]), hit[2]) for line in lock_text(lock).splitlines() if (hit := PINNED.match(line))]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_hashes(lock):
    entries = re.split(r"\n(?=[A-Za-z0-9])", lock_text(lock))
    unhashed = [entry.splitlines()[0] for entry in entries if PINNED.match(entry) and "--hash=sha256:" not in entry]
    assert locked(lock)
    assert unhashed == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_packages_and_hashes_and_no_option(lock):
    options = [line for line in lock_text(lock).splitlines() if line.startswith("-")]
    assert options == []


def test_the_locks_agree_with_each_other():
    develop = set(locked("dev"))
    names = {name for name, _ in develop}
    assert set(locked("run")) <= develop
    assert {(name, version) for name, version in locked("build") if name in names} <= develop


def test_the_locks_hold_what_the_project_asks_for():
    project = project_file()
    asked = {
        "run": project["project"]["dependencies"],
        "build": project["dependency-groups"]["build"],
        "dev": project["dependency-groups"]["dev"],
    }
    unmet = [
        f"{lock}: {requirement}"
        for lock, requirements in asked.items()
        for requirement in map(Requirement, requirements)
        if not any(
            name == normal(requirement.name) and Version(version) in requirement.specifier
            for name, version in locked(lock)
        )
    ]
    assert unmet == [], "run `make lock`"


def test_every_library_the_code_imports_is_locked_for_a_run():
    """Also what an import brings along counts; optional extras are imported behind a question and named here."""
    providers = importlib.metadata.packages_distributions()
    ours = ("scanner_app", "hardware", "resources", "__future__")
    extras = {
        normal(Requirement(requirement).name)
        for requirements in project_file()["project"]["optional-dependencies"].values()
        for requirement in requirements
    }
    shipped = {name for name, _ in locked("run")} | extras | {MODULES_OF_EXTRAS.get(name, name) for name in extras}
    strangers = {
        top
        for room in ours
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for top in imported_tops(node)
        if top not in sys.stdlib_module_names
        and top not in ours
        and not {normal(name) for name in providers.get(top, [top])} & shipped
    }
    assert strangers == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_no_unwanted_package_is_locked(lock):
    assert {name for name, _ in locked(lock)} & set(UNWANTED) == set()


@pytest.mark.parametrize(("name", "instead"), UNWANTED.items())
def test_no_unwanted_package_is_installed(name, instead):
    assert not any(importlib.metadata.distributions(name=name)), f"uninstall {name}; this project uses {instead}"


def test_python_3_11_gets_a_pyside6_that_does_not_abort():
    lines = [line for line in lock_text("run").splitlines() if line.startswith("pyside6-")]
    old = [line for line in lines if "python_full_version < '3.12'" in line]
    assert len(old) == 2
    assert all(PINNED.match(line)[2].startswith(("6.8.", "6.9.", "6.10.", "6.11.")) for line in old)


def test_the_notice_names_every_package_we_ship_with():
    notice = {
        normal(word) for word in re.findall(r"[A-Za-z0-9._-]+", (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8"))
    }
    assert sorted({name for name, _ in locked("run")} - notice) == []
