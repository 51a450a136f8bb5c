"""Frames on their way from a camera to a decoder: the newest counts, older ones are dropped."""

import threading
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture.

    `gray` is height x width, 8 bit; `at` is monotonic seconds (for files: the time in the recording);
    `index` counts from 0 since the source was opened; `colour` is BGR for the preview, where the source has it.
    """

    gray: Gray
    at: float
    index: int
    colour: Gray | None = None


class Mailbox:
    """One slot. A new frame replaces one that nobody has taken; nothing ever queues."""

    def __init__(self) -> None:
        self._slot: Frame | None = None
        self._closed = False
        self._changed = threading.Condition()
        self.dropped = 0

    def put(self, frame: Frame) -> bool:
        """Leave the newest frame, dropping an untaken older one; False when the box is closed."""
        with self._changed:
            if self._closed:
                return False
            if self._slot is not None:
                self.dropped += 1
            self._slot = frame
            self._changed.notify_all()
            return True

    def put_when_free(self, frame: Frame, timeout: float) -> bool:
        """Leave a frame without dropping any; False when the slot stayed full for `timeout` seconds or is closed."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._slot is None or self._closed, timeout) or self._closed:
                return False
            self._slot = frame
            self._changed.notify_all()
            return True

    def take(self, timeout: float) -> Frame | None:
        """The waiting frame, or None when none came within `timeout` seconds or the box is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._slot is not None or self._closed, timeout)
            frame, self._slot = self._slot, None
            self._changed.notify_all()
            return frame

    @property
    def empty(self) -> bool:
        """Whether no frame waits."""
        with self._changed:
            return self._slot is None

    @property
    def closed(self) -> bool:
        """Whether the box takes no more frames."""
        return self._closed

    def close(self) -> None:
        """Let go of everyone who waits; later frames are refused."""
        with self._changed:
            self._closed = True
            self._slot = None
            self._changed.notify_all()
