"""Where credentials come from: cameras, recordings, scanners and NFC readers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from hardware.camera import CameraSource, CameraState, open_source
from hardware.decode import DEFAULT_FORMATS, DecodeResult, DecoderProcess, Read, Turns
from hardware.frames import Frame
from hardware.network_camera import without_password
from hardware.readers import NfcOptions, is_reader
from scanner_app.application.devices import ReaderReport
from scanner_app.application.events import DeviceChanged, DeviceState, Event, FrameSeen, Level, Notice
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.reader_line import ReaderLine

log = logging.getLogger(__name__)

Present = Callable[[Credential], None]
Tell = Callable[[Event], None]
Tuning = Callable[[str], Mapping[str, int]]
"""Torch, exposure, focus and so on that are kept for a camera, by its source spec."""


def _untuned(_spec: str) -> Mapping[str, int]:
    return {}


class CameraLine:
    """One camera or recording with its decoder: frames in, credentials out, states and pictures told."""

    def __init__(
        self,
        spec: str,
        present: Present,
        tell: Tell,
        *,
        formats: frozenset[str] = DEFAULT_FORMATS,
        tuning: Tuning = _untuned,
    ) -> None:
        """Live sources drop frames that come too fast; recordings are decoded frame by frame."""
        self.spec = spec
        self._tuning = tuning
        self._present, self._tell = present, tell
        self._turns = Turns()
        self._size = (0, 0)
        self._decoder = DecoderProcess(formats, on_result=self._decoded)
        self._source: CameraSource | None = None
        self._outlines: tuple[tuple[tuple[int, int], ...], ...] = ()
        self._every_frame = False
        self._noted: tuple[CameraState, str] | None = None  # the trouble that the log tells of
        self.passed_over: set[str] = set()  # pictures of a folder that cannot be read, and why

    def start(self, *, paced: bool = True, loop: bool = False) -> None:
        """Open the source. Unpaced recordings are read as fast as they can be decoded, each frame once.

        Raises SettingsTrouble for a spec that cannot be meant.
        """
        self._every_frame = not paced
        try:
            self._source = open_source(self.spec, paced=paced, loop=loop, tuning=lambda: self._tuning(self.spec))
        except ValueError as error:
            raise SettingsTrouble("bad_source", str(error)) from error
        self._decoder.start()
        self._source.start(self._framed, self._state, self._passed_over)

    def wait(self, timeout: float) -> bool:
        """Wait for the end of a recording and of its decoding; False while it still runs."""
        assert self._source is not None  # noqa: S101 - started
        return self._source.wait(timeout) and self._decoder.flush()

    @property
    def state(self) -> CameraState:
        """How the source fares."""
        return self._source.state if self._source else CameraState.OPENING

    def stop(self, deadline: float = 3.0) -> bool:
        """End everything; False when the camera's driver hangs."""
        ended = self._source.stop(deadline) if self._source else True
        return self._decoder.stop() and ended

    def _framed(self, frame: Frame) -> None:
        self._size = (frame.gray.shape[1], frame.gray.shape[0])
        if self._every_frame:
            self._decoder.submit_each(frame)
        else:
            self._decoder.submit(frame)
        image = frame.colour if frame.colour is not None else frame.gray
        self._tell(FrameSeen(self.spec, image, self._outlines))

    def _decoded(self, result: DecodeResult) -> None:
        self._outlines = tuple(r.outline for r in result.reads)
        read = self._turns.next(result.reads, result.frame_at, self._size)
        if read is not None:
            self._present(credential_of(read))

    def _state(self, state: CameraState, why: str) -> None:
        self._note(state, why)
        self._tell(DeviceChanged(self.spec, DeviceState(state.value), why))

    def _note(self, state: CameraState, why: str) -> None:
        """Once for each trouble: a camera that is away is tried every five seconds, all night."""
        if why and (state, why) != self._noted:
            log.info("%s: %s (%s)", without_password(self.spec), state.value, why)
            self._noted = (state, why)
        elif state is CameraState.RUNNING and self._noted is not None:
            log.info("%s: %s", without_password(self.spec), state.value)
            self._noted = None

    def _passed_over(self, why: str) -> None:
        """Once for each, however often the folder is shown."""
        if why not in self.passed_over:
            self.passed_over.add(why)
            log.warning("%s", why)
            self._tell(Notice("picture_unreadable", Level.WARNING, why))


class _Shown:
    """What is told of a camera that somebody only looks at: marked, and nothing more once they look away."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self.over = False

    def tell(self, event: Event) -> None:
        if isinstance(event, (DeviceChanged, FrameSeen)) and not self.over:
            self._tell(replace(event, watched=True))


def credential_of(read: Read) -> Credential:
    """Return what a decoder read as the domain's credential."""
    part = (read.part.number, read.part.count) if read.part else None
    return Credential(read.text, Symbology(read.format), read.data, part)


class SourceSet:
    """The sources of a kiosk, following its settings. `taps` says what counts at NFC readers, asked at each change."""

    def __init__(
        self,
        present: Present,
        tell: Tell,
        taps: Callable[[], NfcOptions] = NfcOptions,
        tuning: Tuning = _untuned,
    ) -> None:
        self._present, self._tell, self._taps, self._tuning = present, tell, taps, tuning
        self._lines: dict[str, CameraLine | ReaderLine] = {}
        self._lock = threading.Lock()
        self._loop = False
        self._options = NfcOptions()
        self._has_camera = False
        self._readers: list[str] = []
        self._states: dict[str, ReaderReport] = {}
        self._codes = DEFAULT_FORMATS

    def use(self, specs: Sequence[str], codes: frozenset[str] = DEFAULT_FORMATS, *, loop: bool = False) -> None:
        """Stop what is no longer wanted, start what is new; cameras read these `codes`."""
        options = self._taps()
        with self._lock:
            self._loop = loop
            if codes != self._codes:
                self._stop_cameras()
            self._codes = codes
            changed = options != self._options
            self._options = options
            self._readers = [spec for spec in specs if is_reader(spec)]
            self._states = {s: r for s, r in self._states.items() if s in self._readers}
            self._has_camera = any(not is_reader(spec) for spec in specs)
            gone = [s for s in self._lines if s not in specs or (changed and s.startswith("nfc:"))]
            for spec in gone:
                self._lines.pop(spec).stop()
            for spec in specs:
                if spec not in self._lines:
                    self._start(spec)

    def watch(self, spec: str) -> Callable[[], None]:
        """Show another source's pictures only; the returned function ends that."""
        with self._lock:
            if spec in self._lines:  # its pictures are told already
                return lambda: None
        shown = _Shown(self._tell)
        line = CameraLine(spec, lambda _credential: None, shown.tell, tuning=self._tuning)
        line.start()

        def end() -> None:
            shown.over = True
            line.stop()

        return end

    def reports(self) -> Sequence[ReaderReport]:
        """Return how each reader fares, in the order of the settings."""
        return [self._states.get(s, ReaderReport(s, DeviceState.OPENING)) for s in tuple(self._readers)]

    def hear(self, event: Event) -> None:
        """Have the reader that a verdict is about show it, where it is set to."""
        for line in tuple(self._lines.values()):
            if isinstance(line, ReaderLine):
                line.hear(event)

    def stop(self) -> bool:
        """End every source; False when a driver hangs."""
        with self._lock:
            ended = [line.stop() for line in self._lines.values()]
            self._lines.clear()
        return all(ended)

    def _stop_cameras(self) -> None:
        """Let the cameras go; `use` starts those that are wanted anew."""
        for spec in [spec for spec, line in self._lines.items() if isinstance(line, CameraLine)]:
            self._lines.pop(spec).stop()

    def _reader_told(self, event: Event) -> None:
        """Beside a camera a reader that is away is a warning: the line goes on, and the kiosk is not out of order."""
        if isinstance(event, DeviceChanged):
            self._states[event.source] = ReaderReport(event.source, event.state, event.reason)
        if not (self._has_camera and isinstance(event, DeviceChanged)):
            self._tell(event)
        elif event.state.away:
            self._tell(Notice(event.state.code, Level.WARNING, event.source))

    def _start(self, spec: str) -> None:
        try:
            self._lines[spec] = self._started(spec)
        except SettingsTrouble as trouble:
            log.exception("source %s cannot be used", spec)
            self._states[spec] = ReaderReport(spec, DeviceState.MISSING, trouble.detail)
            self._tell(DeviceChanged(spec, DeviceState.MISSING, trouble.detail, reader=is_reader(spec)))

    def _started(self, spec: str) -> CameraLine | ReaderLine:
        if is_reader(spec):
            reader = ReaderLine(spec, self._present, self._reader_told, self._options)
            reader.start()
            return reader
        line = CameraLine(spec, self._present, self._tell, formats=self._codes, tuning=self._tuning)
        line.start(paced=True, loop=self._loop)
        return line
