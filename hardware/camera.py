"""A camera, or what stands in for one: one thread opens, reads and releases it, and says how it fares.

OpenCV does not tell that a camera was unplugged (the last frame may repeat for ever, or read() may block), so the
age and the change of frames are watched here, and the source is reopened with a pause of 1, 2, then 5 s.
"""

import logging
import re
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Final

from hardware.camera_controls import apply_kept
from hardware.capture import Picture, Reader, gray_of, open_device, open_file, open_url
from hardware.frames import Frame
from hardware.network_camera import is_address
from hardware.pictures import CannotOpen

_log = logging.getLogger(__name__)

_PAUSES: Final = (1.0, 2.0, 5.0)  # seconds before each further try
_SILENT: Final = 2.0  # seconds without a frame
_FROZEN: Final = 1.5  # seconds of frames equal to the last bit; a real sensor's noise never repeats
_MOST_SLEEP: Final = 0.25


class CameraState(Enum):
    """How the source fares."""

    OPENING = "opening"
    RUNNING = "running"
    MISSING = "missing"  # cannot be opened; tried again, as are the next three
    NO_PERMISSION = "no_permission"  # it is there, and this user may not open it
    BUSY = "busy"  # it is there, and gives itself to nobody: another program has it
    UNSUPPORTED = "unsupported"  # what is there is no camera
    UNREACHABLE = "unreachable"  # nobody answers at its address in the network
    SIGN_IN = "sign_in"  # it wants a user name and password, or others
    NO_STREAM = "no_stream"  # it answers, and sends no pictures
    LOST = "lost"  # was there, gives nothing any more; tried again
    FROZEN = "frozen"  # repeats one picture; reopened
    ENDED = "ended"  # a recording is over, or the source was stopped


OnFrame = Callable[[Frame], None]
OnState = Callable[[CameraState, str], None]
OnPassedOver = Callable[[str], None]


class CameraSource:
    """Frames from one source. Callbacks come from the source's threads, and never after stop() returned True."""

    def __init__(  # noqa: PLR0913 - what a source is, as keywords
        self,
        name: str,
        opener: Callable[[], Reader],
        *,
        live: bool,
        device: bool = False,
        paced: bool = True,
        loop: bool = False,
        pauses: tuple[float, ...] = _PAUSES,
        silent_after: float = _SILENT,
        frozen_after: float = _FROZEN,
        lost: CameraState = CameraState.LOST,
    ) -> None:
        """`live` sources are reopened when they fail; others end. `device` sources are watched for a frozen picture.

        `lost`: what it is called when pictures cease.
        """
        self.name = name
        self.live = live
        self.state = CameraState.OPENING
        self._opener = opener
        self._device = device
        self._paced = paced
        self._loop = loop
        self._pauses = pauses
        self._silent_after = silent_after
        self._frozen_after = frozen_after
        self._lost = lost
        self._stopping = threading.Event()
        self._telling = threading.RLock()
        self._last_frame_at = 0.0
        self._index = 0
        self._last_at = 0.0
        self._repeat_from = 0.0
        self._on_frame: OnFrame = lambda _frame: None
        self._on_state: OnState = lambda _state, _why: None
        self._on_passed_over: OnPassedOver = lambda _why: None
        self._thread = threading.Thread(target=self._run, name=f"camera {name}", daemon=True)
        self._watch = threading.Thread(target=self._watch_silence, name=f"camera watch {name}", daemon=True)

    def start(self, on_frame: OnFrame, on_state: OnState, on_passed_over: OnPassedOver = lambda _why: None) -> None:
        """Begin. Frames are the receiver's to keep; a slow receiver of an unpaced file slows the reading down.

        `on_passed_over` hears of each picture of a folder that cannot be read.
        """
        self._on_frame, self._on_state, self._on_passed_over = on_frame, on_state, on_passed_over
        self._last_frame_at = time.monotonic()
        self._thread.start()
        if self.live:
            self._watch.start()

    def stop(self, deadline: float = 3.0) -> bool:
        """End; True when every thread is gone within `deadline` seconds. On False the device hangs in the driver."""
        self._stopping.set()
        until = time.monotonic() + deadline
        for thread in (self._thread, self._watch):
            if thread.ident is not None and thread is not threading.current_thread():
                thread.join(max(0.0, until - time.monotonic()))
        return not self._thread.is_alive() and not self._watch.is_alive()

    def wait(self, timeout: float) -> bool:
        """Wait until a recording is over; False when it still runs."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def pass_over(self, why: str) -> None:
        """Tell of a part of the source that cannot be read; the rest is."""
        with self._telling:
            if not self._stopping.is_set():
                self._on_passed_over(why)

    def _run(self) -> None:
        tries = 0
        while not self._stopping.is_set():
            self._tell(CameraState.OPENING, "")
            had_frames, state, why = self._session()
            if self._stopping.is_set() or (not self.live and state is not CameraState.RUNNING):
                break
            tries = 0 if had_frames else tries + 1
            if state is CameraState.RUNNING:
                continue  # a looped recording starts over
            self._tell(state, why)
            self._stopping.wait(self._pauses[min(max(tries - 1, 0), len(self._pauses) - 1)])
        if self._stopping.is_set():
            self._tell(CameraState.ENDED, "")
        else:
            self._tell(state if state is CameraState.MISSING else CameraState.ENDED, why)

    def _session(self) -> tuple[bool, CameraState, str]:
        """Open and read until it ends: whether frames came, what became of it and why. RUNNING means: start over."""
        try:
            with _opened(self._opener) as reader:
                return self._read_all(reader)
        except CannotOpen as error:
            return False, CameraState(error.why.value), str(error)
        except Exception as error:  # noqa: BLE001 - the thread must survive whatever a driver does
            _log.exception("camera %s", self.name)
            return False, CameraState.LOST, f"{type(error).__name__}: {error}"

    def _read_all(self, reader: Reader) -> tuple[bool, CameraState, str]:
        begun, first = time.monotonic(), self._index
        frozen = _FrozenWatch(self._frozen_after)
        while not self._stopping.is_set():
            picture = reader.read()
            if picture is None:
                return self._over(had_frames=self._index > first)
            if self._device and frozen.looks_frozen(picture, time.monotonic()):
                return True, CameraState.FROZEN, "the camera repeats one picture"
            self._wait_for(begun, picture)
            self._hand_over(picture, begun)
        return self._index > first, CameraState.ENDED, ""

    def _over(self, *, had_frames: bool) -> tuple[bool, CameraState, str]:
        if self.live:
            return had_frames, self._lost, "the camera gives no pictures any more"
        if not had_frames:
            return False, CameraState.MISSING, f"{self.name} holds no picture that can be read"
        return True, CameraState.RUNNING if self._loop else CameraState.ENDED, ""

    def _wait_for(self, begun: float, picture: Picture) -> None:
        """Play a recording in real time."""
        if picture.offset is None or not self._paced:
            return
        while (ahead := begun + picture.offset - time.monotonic()) > 0 and not self._stopping.is_set():
            self._stopping.wait(min(ahead, _MOST_SLEEP))

    def _hand_over(self, picture: Picture, begun: float) -> None:
        now = time.monotonic()
        at = self._time_of(picture, begun, now)
        frame = Frame(gray_of(picture.colour), at, self._index, picture.colour)
        self._index += 1
        self._last_frame_at = now
        self._tell(CameraState.RUNNING, "")
        with self._telling:
            if not self._stopping.is_set():
                self._on_frame(frame)

    def _time_of(self, picture: Picture, begun: float, now: float) -> float:
        """When the picture was taken; for unpaced recordings the time in the recording, running on over its repeats."""
        if picture.offset is None:
            return now
        if self._paced:
            return begun + picture.offset
        if picture.offset == 0.0 and self._index > 0:
            self._repeat_from = self._last_at + 0.05
        self._last_at = self._repeat_from + picture.offset
        return self._last_at

    def _tell(self, state: CameraState, why: str) -> None:
        with self._telling:
            if state is self.state and state is not CameraState.OPENING:
                return
            self.state = state
            self._on_state(state, why)

    def _watch_silence(self) -> None:
        """read() may block inside a driver: someone else must notice that no frame comes."""
        while not self._stopping.wait(min(0.2, self._silent_after / 4)):
            silent = time.monotonic() - self._last_frame_at > self._silent_after
            if silent and self.state is CameraState.RUNNING:
                self._tell(self._lost, f"no picture for {self._silent_after:g} s")


class _FrozenWatch:
    """Notices a camera that repeats one picture to the last bit."""

    def __init__(self, after: float) -> None:
        self._after = after
        self._last = -1
        self._since = 0.0

    def looks_frozen(self, picture: Picture, now: float) -> bool:
        """Whether the same picture has been coming for too long."""
        mark = zlib.adler32(picture.colour[::8, ::8].tobytes())
        if mark != self._last:
            self._last, self._since = mark, now
            return False
        return now - self._since >= self._after


@contextmanager
def _opened(opener: Callable[[], Reader]) -> Iterator[Reader]:
    reader = opener()
    try:
        yield reader
    finally:
        reader.close()


def _tuned(spec: str, which: int | str, tuning: Callable[[], Mapping[str, int]]) -> Reader:
    """The device, opened and adjusted: cameras forget when they are unplugged, and some when they are opened."""
    reader = open_device(which)
    apply_kept(spec, tuning())
    return reader


def open_source(
    spec: str, *, paced: bool = True, loop: bool = False, tuning: Callable[[], Mapping[str, int]] = dict
) -> CameraSource:
    """The source that `spec` names: "0", "camera:0", "camera:/dev/...", a video, a picture, a folder, an address.

    Files: `paced` plays in real time; otherwise each frame is handed over as soon as the last one was taken, and times
    are those of the recording. Nothing is opened before start(). `tuning` is asked at each opening of a device for the
    torch, exposure, focus and so on that were kept for it. ValueError for an empty or unknown kind of address.
    """
    device = re.fullmatch(r"(?:camera:)?(\d{1,3})|camera:(/dev/\S+)", spec)
    if device:
        which: int | str = int(device[1]) if device[1] else device[2]
        return CameraSource(f"camera {which}", lambda: _tuned(spec, which, tuning), live=True, device=True)
    if is_address(spec):
        return CameraSource("network camera", lambda: open_url(spec), live=True, lost=CameraState.UNREACHABLE)
    if not spec or "://" in spec or spec.startswith("camera:"):
        raise ValueError(f"{spec!r} names no camera, file, folder, http or rtsp address")
    path = Path(spec)

    def opened() -> Reader:
        return open_file(path, source.pass_over)

    source = CameraSource(path.name, opened, live=False, paced=paced, loop=loop)
    return source
