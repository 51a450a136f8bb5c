"""Recordings in place of a camera: every frame, in order, at their own time."""

import threading
import time

import numpy as np
import pytest

from hardware.camera import CameraState, open_source
from hardware.opencv import cv2

RATE = 30
COUNT = 24


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    """A real motion JPEG file whose frames carry their number as brightness."""
    path = tmp_path_factory.mktemp("video") / "line.avi"
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"MJPG"), RATE, (320, 240))
    assert writer.isOpened()
    for number in range(COUNT):
        writer.write(np.full((240, 320, 3), number * 10, np.uint8))
    writer.release()
    return path


class Seen:
    def __init__(self, slow=0.0, stop_after=None):
        self.passed_over = []
        self.frames, self.states, self._slow = [], [], slow
        self._stop_after = stop_after
        self.enough = threading.Event()
        self.told = threading.Condition()

    def frame(self, frame):
        self.frames.append(frame)
        if self._stop_after and len(self.frames) >= self._stop_after:
            self.enough.set()

    def state(self, state, why):
        with self.told:
            self.states.append((state, why))
            self.told.notify_all()

    def names(self):
        return [state for state, _ in self.states]

    def wait_for(self, state, timeout=10):
        with self.told:
            assert self.told.wait_for(lambda: state in self.names(), timeout), self.names()


def play(spec, timeout=20, **options):
    seen, source = Seen(), open_source(str(spec), **options)
    source.start(seen.frame, seen.state, seen.passed_over.append)
    assert source.wait(timeout)
    assert source.stop()
    return seen


def test_every_frame_of_a_file_in_order_with_the_times_of_the_recording(video):
    seen = play(video, paced=False)
    assert [round(float(f.gray.mean()) / 10) for f in seen.frames] == list(range(COUNT))
    assert [f.index for f in seen.frames] == list(range(COUNT))
    assert [f.at for f in seen.frames] == [number / RATE for number in range(COUNT)]
    assert seen.names() == [CameraState.OPENING, CameraState.RUNNING, CameraState.ENDED]


def test_frames_are_gray_for_the_decoder_and_colour_for_the_preview(video):
    frame = play(video, paced=False).frames[5]
    assert (frame.gray.shape, frame.gray.dtype) == ((240, 320), np.uint8)
    assert frame.colour.shape == (240, 320, 3)


def test_a_paced_file_takes_its_own_time(video):
    begun = time.monotonic()
    seen = play(video, paced=True)
    took = time.monotonic() - begun
    assert (COUNT - 1) / RATE <= took < 10
    assert len(seen.frames) == COUNT
    assert seen.frames[0].at >= begun


def test_an_unpaced_file_waits_for_a_slow_receiver(video):
    source, seen, gate = open_source(str(video), paced=False), Seen(), threading.Semaphore(0)

    def take(frame):
        assert gate.acquire(timeout=10)
        seen.frame(frame)

    source.start(take, seen.state)
    assert seen.frames == []
    gate.release(COUNT)
    assert source.wait(10)
    assert len(seen.frames) == COUNT
    assert source.stop()


def test_a_looped_file_starts_over_and_its_time_runs_on(video):
    seen = Seen(stop_after=3 * COUNT)
    source = open_source(str(video), paced=False, loop=True)
    source.start(seen.frame, seen.state)
    assert seen.enough.wait(20)
    assert source.stop()
    times = [frame.at for frame in seen.frames]
    assert times == sorted(times)
    assert len(set(times)) == len(times)
    assert seen.names()[-1] is CameraState.ENDED


def test_pictures_in_a_folder_are_shown_one_after_the_other_and_a_broken_one_is_told(tmp_path):
    for number, value in enumerate((10, 200)):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((30, 40), value, np.uint8))
    (tmp_path / "05.png").write_bytes(b"not a picture")
    (tmp_path / "readme.txt").write_text("no picture")
    seen = play(tmp_path, paced=False)
    assert sorted({int(f.gray.mean()) for f in seen.frames}) == [10, 200]
    assert seen.names()[-1] is CameraState.ENDED
    (said,) = seen.passed_over
    assert said.startswith(f"{tmp_path / '05.png'} is not a picture")


def test_one_picture_is_a_source(tmp_path):
    cv2.imwrite(str(tmp_path / "one.png"), np.full((30, 40), 99, np.uint8))
    assert {int(f.gray.mean()) for f in play(tmp_path / "one.png", paced=False).frames} == {99}


@pytest.mark.parametrize("name", ["missing.avi", "empty", "noise.avi", "noise.png"])
def test_what_cannot_be_read_is_missing_and_says_why(tmp_path, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "noise.avi").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "noise.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    seen = play(tmp_path / name, paced=False)
    assert seen.frames == []
    assert seen.names()[-1] is CameraState.MISSING
    assert seen.states[-1][1]


def test_a_picture_bomb_is_refused(tmp_path):
    path = tmp_path / "bomb.png"
    header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\0\0\0\0"
    path.write_bytes(header + bytes(64))
    assert play(path, paced=False).names()[-1] is CameraState.MISSING


@pytest.mark.parametrize("spec", ["", "rtsp-without-slashes://x", "ftp://host/x", "camera:front", "camera:"])
def test_an_address_of_no_known_kind_is_refused_before_anything_is_opened(spec):
    with pytest.raises(ValueError, match="names no camera"):
        open_source(spec)


def test_stopping_a_paced_file_does_not_wait_for_its_end(tmp_path):
    for number in range(30):
        cv2.imwrite(str(tmp_path / f"{number:02}.png"), np.zeros((8, 8), np.uint8))
    seen = Seen()
    source = open_source(str(tmp_path), paced=True)
    source.start(seen.frame, seen.state)
    seen.wait_for(CameraState.RUNNING)
    begun = time.monotonic()
    assert source.stop(3)
    assert time.monotonic() - begun < 2
    assert seen.names()[-1] is CameraState.ENDED
