"""A device that sends text, owned by one thread: opened, read, lost, found again, stopped. For serial and evdev."""

from __future__ import annotations

import errno
import logging
import threading
import time
from collections.abc import Callable
from enum import Enum
from typing import Protocol

log = logging.getLogger(__name__)

READ_S = 0.2  # how long one read may wait: how soon a stop is noticed
BACK_OFF_S = (0.5, 1.0, 2.0)


class LineState(Enum):
    """How the device fares; the same words as for cameras."""

    RUNNING = "running"
    MISSING = "missing"
    LOST = "lost"
    NO_PERMISSION = "no_permission"
    BUSY = "busy"
    NO_LIBRARY = "no_library"
    UNSUPPORTED = "unsupported"
    ENDED = "ended"


# EAGAIN: a serial port that another program has locked; EBUSY: an input device that another has grabbed.
# ENOTTY, EISDIR: what lies at that path is no device of this kind.
_SHUT = {
    errno.EACCES: LineState.NO_PERMISSION,
    errno.EPERM: LineState.NO_PERMISSION,
    errno.EBUSY: LineState.BUSY,
    errno.EAGAIN: LineState.BUSY,
    errno.ENOTTY: LineState.UNSUPPORTED,
    errno.EISDIR: LineState.UNSUPPORTED,
}


class OnCredential(Protocol):
    """Takes text, kind, and what further passes of the same tap say; called on the reader's own thread."""

    def __call__(self, text: str, kind: str, others: tuple[str, ...] = (), /) -> None:
        """Take it; return soon."""


OnState = Callable[[LineState, str], None]


class CredentialReader(Protocol):
    """Anything that hands out credentials: text and kind (scanner, vas, smart_tap, ndef_text, ndef_uri, sun, uid)."""

    def start(self, on_credential: OnCredential, on_state: OnState) -> None:
        """Begin; callbacks come from the reader's own thread."""

    def signal(self, *, good: bool) -> None:
        """Show a verdict by light and sound, where the device can and was set to; others do nothing."""

    def stop(self, deadline: float = 5.0) -> bool:
        """End within `deadline` seconds; whether it did."""


class Stream(Protocol):
    """An open device. Every method but close raises OSError when it is gone."""

    def read(self, timeout: float) -> bytes:
        """What has come, at most after `timeout` seconds; nothing when nothing came."""

    def write(self, data: bytes) -> None:
        """Send a command."""

    def close(self) -> None:
        """Give it back. Never raises."""


class Parser(Protocol):
    """Bytes into credentials. Also fed with nothing, so that it can act on time."""

    def feed(self, data: bytes, at: float) -> list[tuple[str, str]]:
        """Text and kind of each credential completed by `data`, received at monotonic second `at`."""

    def due(self, at: float) -> bytes:
        """A command to send now, or nothing."""


class TextReader:
    """A `CredentialReader` over a stream and a parser; both are made anew each time the device is opened."""

    def __init__(self, name: str, opener: Callable[[], Stream], parser: Callable[[], Parser]) -> None:
        self.name = name
        self._open, self._parser = opener, parser
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._told: tuple[LineState, str] | None = None

    def start(self, on_credential: OnCredential, on_state: OnState) -> None:
        """Begin; callbacks come from this reader's own thread."""
        self._thread = threading.Thread(
            target=self._run, args=(on_credential, on_state), name=f"reader {self.name}", daemon=True
        )
        self._thread.start()

    def signal(self, *, good: bool) -> None:
        """Scanners show what they read by themselves, verdicts they cannot show."""

    def stop(self, deadline: float = 5.0) -> bool:
        """End within `deadline` seconds; whether it did."""
        self._stopping.set()
        if self._thread is None:
            return True
        self._thread.join(deadline)
        return not self._thread.is_alive()

    def _run(self, on_credential: OnCredential, on_state: OnState) -> None:
        failures, was_there = 0, False
        while not self._stopping.is_set():
            try:
                stream = self._open()
            except OSError as error:
                # Once found, it is lost until it is back; "missing" would hide that it worked.
                away = LineState.LOST if was_there else LineState.MISSING
                self._tell(on_state, _SHUT.get(error.errno or 0, away), _why(error))
                self._stopping.wait(BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)])
                failures += 1
                continue
            failures, was_there = 0, True
            self._tell(on_state, LineState.RUNNING, "")
            self._serve(stream, on_credential, on_state)
        self._tell(on_state, LineState.ENDED, "")

    def _serve(self, stream: Stream, on_credential: OnCredential, on_state: OnState) -> None:
        parser = self._parser()
        try:
            while not self._stopping.is_set():
                command = parser.due(time.monotonic())
                if command:
                    stream.write(command)
                for text, kind in parser.feed(stream.read(READ_S), time.monotonic()):
                    on_credential(text, kind)
        except OSError as error:
            self._tell(on_state, LineState.LOST, _why(error))
            self._stopping.wait(BACK_OFF_S[0])
        except Exception:
            # The loop that must survive: one bad scan must not end the scanner.
            log.exception("reading from %s failed", self.name)
            self._stopping.wait(BACK_OFF_S[0])
        finally:
            stream.close()

    def _tell(self, on_state: OnState, state: LineState, why: str) -> None:
        if self._told is None or self._told[0] is not state:
            log.info("reader %s: %s %s", self.name, state.value, why)
            self._told = (state, why)
            on_state(state, why)


def _why(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
