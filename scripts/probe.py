"""Loads what needs system libraries, as the program would, and says in one line each what does not load.

Run by setup.sh with the new environment's Python. `probe.py run` asks for a screen's libraries too, `probe.py test`
does not.
"""

import ctypes
import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

MODULES = ("PySide6.QtWidgets", "PySide6.QtMultimedia", "cv2", "zxingcpp", "pyzbar.pyzbar", "usb1", "cryptography.x509")
# Qt loads its plugins late and blames xcb-cursor0 for every missing library; the loader's own words name the right one.
TEST_PLUGINS = ("platforms/libqoffscreen.so", "multimedia/libffmpegmediaplugin.so")
RUN_PLUGINS = (*TEST_PLUGINS, "platforms/libqxcb.so")


def failure_of(load: Callable[[], object]) -> str | None:
    """Why a library does not load, in the loader's words; None when it does."""
    try:
        load()
    except (ImportError, OSError) as error:
        return str(error).splitlines()[0]
    return None


def failures(plugins: tuple[str, ...]) -> Iterator[str]:
    """One line for each module and plugin that does not load."""
    for module in MODULES:
        if why := failure_of(lambda: importlib.import_module(module)):  # noqa: B023 - called at once
            yield f"{module}: {why}"
    if sys.platform != "linux" or "PySide6" not in sys.modules:
        return
    folder = Path(sys.modules["PySide6"].__file__ or "").parent / "Qt" / "plugins"
    for plugin in plugins:
        if why := failure_of(lambda: ctypes.CDLL(str(folder / plugin))):  # noqa: B023 - called at once
            yield f"{plugin}: {why}"


def main(arguments: list[str]) -> int:
    """Print what is missing; 0 when nothing is, 3 otherwise."""
    found = list(failures(RUN_PLUGINS if arguments == ["run"] else TEST_PLUGINS))
    for line in found:
        print(line)
    return 3 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
