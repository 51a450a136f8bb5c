"""`scanner-app run`, `demo` and `screenshots`: what opens or draws the window."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from scanner_app import settings as settings_file
from scanner_app.application.config import ScreenConfig
from scanner_app.application.events import Level, Notice
from scanner_app.bootstrap import Kiosk, open_kiosk, tuning_kept
from scanner_app.commands.options import a_path, data_dir
from scanner_app.commands.output import Exit, complain, say
from scanner_app.domain.errors import ScannerError
from scanner_app.lifecycle import stop_signals
from scanner_app.paths import default_data_dir, prepare_data_dir
from scanner_app.reader_line import TapMemory, nfc_options
from scanner_app.sources import SourceSet
from scanner_app.sun_counters import SunCounters
from scanner_app.turnstile import Turnstiles
from scanner_app.watchdog import Watchdog

NO_DISPLAY = (
    "there is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set). Start it from a desktop session, or see it "
    "without one: xvfb-run -s '-screen 0 1280x800x24' .venv/bin/scanner-app demo"
)
SHUT_SECONDS = 10.0
"""For how long a kiosk says why its door does not open, before it is tried again."""
STOP_SECONDS = 8.0
"""A camera whose driver hangs may hold a thread for ever: after this the process ends without it."""


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Describe the verbs."""
    window = verbs.add_parser("run", parents=parents, help="open the door's window")
    demo = verbs.add_parser("demo", parents=parents, help="the same with a sandbox platform and a recorded guest line")
    for parser in (window, demo):
        parser.add_argument("--windowed", action="store_true", help="a window instead of the full screen")
    demo.add_argument("--camera", help="use this camera or file instead of the recorded line")
    pictures = verbs.add_parser("screenshots", parents=parents, help="draw every screen and verdict into files")
    pictures.add_argument("--out", type=a_path, required=True, metavar="DIR")
    pictures.add_argument("--language", nargs="+", action="extend", default=[], metavar="CODE")


def run(args: argparse.Namespace) -> int:
    """Open the window of this kiosk."""
    if not _has_display():
        return Exit.TROUBLE
    try:
        with open_kiosk(data_dir(args), writes=True) as kiosk:
            code = _open(kiosk, windowed=args.windowed)
    except ScannerError as error:
        if os.environ.get("NOTIFY_SOCKET"):
            _show_why_shut(error, getattr(args, "data_dir", default_data_dir()))
        raise
    return _end(code)


def _show_why_shut(error: ScannerError, folder: Path) -> None:
    """Say it on the screen of a kiosk, where no terminal tells it; the service manager then tries again."""
    from scanner_app.ui.shut import show_shut

    try:
        screen = settings_file.load(folder).screen
    except ScannerError:
        screen = ScreenConfig()
    show_shut(error, screen, SHUT_SECONDS)


def run_demo(args: argparse.Namespace) -> int:
    """Open the window on a sandbox that was filled just now."""
    if not _has_display():
        return Exit.TROUBLE
    from scanner_app import demo

    base = getattr(args, "data_dir", None)
    folder = demo.fresh_folder(prepare_data_dir(base if base is not None else default_data_dir() / "demo"))
    with demo.started_sandbox() as sandbox, open_kiosk(folder, writes=True, use_keyring=False) as kiosk:
        camera = args.camera or next((source for source, _ in kiosk.door.cameras()), None)
        settings = demo.demo_settings(sandbox.info, [camera] if camera else [])
        kiosk.secrets.put(settings.accounts[0].secret_name, sandbox.info["api_key"])
        kiosk.settings.save(settings)
        say(f"Demo: a sandbox platform listens on {sandbox.info['base_url']}; nothing here reaches a real one.")
        film = None if camera else _Film(kiosk, folder, demo.guest_clips(sandbox.guest_line()))
        code = _open(kiosk, windowed=args.windowed, is_demo=True, film=film)
    return _end(code)


def run_screenshots(args: argparse.Namespace) -> int:
    """Draw every screen."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from scanner_app.ui.screenshots import render_all

    drawn = render_all(args.out, languages=tuple(args.language)) if args.language else render_all(args.out)
    for path in drawn:
        say(str(path))
    return Exit.OK


class _Film:
    """Draws the recorded guest line beside the open window, then plays it."""

    def __init__(self, kiosk: Kiosk, folder: Path, clips: Sequence[object]) -> None:
        self._kiosk, self._folder, self._clips = kiosk, folder, clips
        self._thread = threading.Thread(target=self._draw, name="film", daemon=True)
        self._stopping = threading.Event()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(STOP_SECONDS)

    def _draw(self) -> None:
        from scanner_app import demo

        self._kiosk.door.tell(Notice("film_drawing", Level.INFO))
        child = demo.draw_in_child(self._folder, self._clips)  # type: ignore[arg-type]
        while child.poll() is None:
            if self._stopping.wait(0.2):
                child.kill()
                child.wait()
                return
        if child.returncode:
            self._kiosk.door.tell(Notice("film_failed", Level.ERROR))
            return
        settings = self._kiosk.settings.load()
        devices = replace(settings.devices, sources=(str(self._folder / demo.VIDEO),), mirror=False)
        self._kiosk.door.save_settings(replace(settings, devices=devices))


def _open(kiosk: Kiosk, *, windowed: bool, is_demo: bool = False, film: _Film | None = None) -> int:
    """Open the window on a door and stay until it is left.

    Signals are only noted from before Qt is loaded: an exception out of its own calls ends the process, and a word to
    end that comes before its loop runs is forgotten.
    """
    with stop_signals() as stop:
        return _shown(kiosk, stop, windowed=windowed, is_demo=is_demo, film=film)


def _shown(kiosk: Kiosk, stop: threading.Event, *, windowed: bool, is_demo: bool, film: _Film | None) -> int:
    from scanner_app.ui.app import run_window
    from scanner_app.wedge_line import LayoutWedge

    memory = TapMemory(SunCounters(kiosk.data_dir))
    sources = SourceSet(
        kiosk.door.present,
        kiosk.door.tell,
        lambda: nfc_options(kiosk.settings.load(), kiosk.secrets, memory),
        tuning_kept(kiosk.settings),
    )
    kiosk.tell_beside()
    kiosk.use_sources(sources, loop=is_demo)
    turnstile = Turnstiles(kiosk.door.undo, kiosk.door.tell)
    kiosk.use_turnstile(turnstile)
    kiosk.start_door()
    kiosk.start_sync()
    kiosk.add("sources", sources.stop)
    kiosk.door.listen(turnstile.hear)
    kiosk.door.listen(sources.hear)
    kiosk.add("turnstile", turnstile.stop)
    if film is not None:
        film.start()
        kiosk.add("film", film.stop)
    full = kiosk.settings.load().screen.full_screen and not windowed
    wedge = LayoutWedge(lambda: kiosk.settings.load().devices)
    watchdog = Watchdog.from_environment()

    def quit_in_order() -> None:
        watchdog.stopping()
        kiosk.stop()

    return run_window(
        kiosk.door,
        full_screen=full,
        demo=is_demo,
        on_quit=quit_in_order,
        wedge=wedge,
        on_beat=watchdog.beat,
        stop=stop,
    )


def _has_display() -> bool:
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return True
    complain(NO_DISPLAY)
    return False


def _end(code: int) -> int:
    """End now when a driver still holds a thread: everything that matters is on disk."""
    stuck = [t for t in threading.enumerate() if t is not threading.main_thread() and not t.daemon]
    if stuck:
        sys.stdout.flush()
        os._exit(code)
    return code
