"""PySide6 made unimportable: proof that everything but the window runs on a machine without Qt."""

import importlib.abc
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

QT_PACKAGES = ("PySide6", "shiboken6")
SWITCH = "PASS_SCANNER_NO_QT"


class QtBlocker(importlib.abc.MetaPathFinder):
    """Answers every search for Qt as if it were not installed."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in QT_PACKAGES:
            raise ModuleNotFoundError(f"{fullname} is kept out by {SWITCH}", name=fullname)
        return None


def block_qt() -> None:
    """Block Qt from here on; refuses when it is already in, because then nothing would be proved."""
    already_in = [name for name in sys.modules if name.partition(".")[0] in QT_PACKAGES]
    if already_in:
        raise RuntimeError(f"Qt was imported before it could be blocked: {sorted(already_in)[:3]}")
    sys.meta_path.insert(0, QtBlocker())
