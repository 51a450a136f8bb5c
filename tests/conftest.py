"""What every test stands on: an offscreen Qt or none at all, repeatable hypothesis, and no thread left behind."""

import gc
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))
import no_qt

WITHOUT_QT = os.environ.get(no_qt.SWITCH) == "1"
GUI_ROOMS = ("ui", "e2e")

# How long a thread that was told to stop may take to end before it counts as left behind.
THREAD_GRACE_S = 5.0
# Threads that belong to a library, live as long as the process, and hold nothing of ours.
LONG_LIVED_THREADS = ("asyncio_", "pydevd", "execnet")

if WITHOUT_QT:
    no_qt.block_qt()

# Bare containers have neither a display, nor a locale, nor a runtime directory; Qt warns of each, and warnings fail.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("LC_ALL", "C.UTF-8")
os.environ.setdefault("PASS_SCANNER_SEAL_DIR", tempfile.mkdtemp(prefix="pass-scanner-seal-"))
if "XDG_RUNTIME_DIR" not in os.environ:
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="pass-scanner-runtime-")

# `gate` repeats the same examples on every run, so that a red build can be seen red again; `explore` goes further.
settings.register_profile("gate", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Keep pytest-qt's settings known when pytest-qt itself is left out."""
    if WITHOUT_QT:
        parser.addini("qt_api", "which Qt binding pytest-qt takes (not loaded in this run)")
        parser.addini("qt_log_level_fail", "which Qt message fails a test (pytest-qt is not loaded in this run)")
        parser.addini("qt_log_ignore", "which Qt messages count for nothing (pytest-qt is not loaded)", type="linelist")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out the rooms that need Qt when Qt is blocked."""
    if WITHOUT_QT and collection_path.parent == Path(__file__).parent and collection_path.name in GUI_ROOMS:
        return True
    return None


@pytest.fixture(autouse=True)
def umask_as_it_was() -> Iterator[None]:
    """A verb run in the tests' own process keeps files to their owner from then on: no later test is to notice."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture(autouse=True)
def no_thread_left_behind() -> Iterator[None]:
    """A test that starts a thread ends it: a leaked one would fall over in the middle of somebody else's test."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + THREAD_GRACE_S
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        thread.join(max(0.0, deadline - time.monotonic()))
    names = sorted(t.name for t in left if t.is_alive() and not t.name.startswith(LONG_LIVED_THREADS))
    if names:
        pytest.fail(f"threads outlive the test: {', '.join(names)}")


@pytest.fixture(autouse=True, scope="module")
def no_garbage_sought_in_what_stays() -> None:
    """Keep what was there before any test out of every collection: to walk through it takes 0.1 s, after each test."""
    if not gc.get_freeze_count():  # in the first file, and after one whose IdleCollector has unfrozen all
        gc.collect()
        gc.freeze()


@pytest.fixture(autouse=True)
def garbage_on_the_gui_thread(request: pytest.FixtureRequest, no_garbage_sought_in_what_stays: None) -> Iterator[None]:
    """Collect cyclic garbage as the program does: on the GUI thread only (a worker that collects destroys QObjects)."""
    if request.path.relative_to(Path(__file__).parent).parts[0] not in GUI_ROOMS:
        yield
        return
    gc.disable()
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def no_window_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """A window still shown, or a timer still running in one, after its test would go on working in the next."""
    yield
    widgets = sys.modules.get("PySide6.QtWidgets")
    app = widgets.QApplication.instance() if widgets else None
    if app is None or "qtbot" not in request.fixturenames:
        return
    from PySide6.QtCore import QTimer

    shown = [w for w in app.topLevelWidgets() if w.isVisible()]
    ticking = [t for w in shown for t in w.findChildren(QTimer) if t.isActive()]
    if shown:
        described = ", ".join(f"{type(w).__name__}({w.objectName()})" for w in shown)
        pytest.fail(f"windows outlive the test: {described}; timers running in them: {len(ticking)}")
