"""Live sources: missing, lost, frozen, silent, found again."""

import http.server
import struct
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from hardware.camera import CameraSource, CameraState, open_source
from hardware.camera_names import Why, cameras, may_give_pictures, why_shut
from hardware.capture import Picture
from hardware.opencv import cv2
from hardware.pictures import CannotOpen

PAUSES = (0.05, 0.05)


class Seen:
    def __init__(self):
        self.states, self.frames = [], 0
        self._told = threading.Condition()

    def frame(self, frame):
        with self._told:
            self.frames += 1
            self._told.notify_all()

    def state(self, state, why):
        with self._told:
            self.states.append(state)
            self._told.notify_all()

    def wait(self, fact, timeout=15):
        with self._told:
            assert self._told.wait_for(lambda: fact(self), timeout), (self.states, self.frames)


class Device:
    """A camera at the port: what each opening does is a list of steps, each a brightness, None (fails) or an event."""

    def __init__(self, *openings):
        self._openings = list(openings)
        self.open_now = 0
        self._noise = np.random.default_rng(1)

    def open(self):
        opening = self._openings.pop(0) if len(self._openings) > 1 else self._openings[0]
        if opening == "missing":
            raise CannotOpen("camera 0 is not there")
        if isinstance(opening, Why):
            raise CannotOpen("camera 0 is somebody else's", opening)
        self.open_now += 1
        return _Reader(self, iter(opening), self._noise)


class _Reader:
    def __init__(self, device, steps, noise):
        self._device, self._steps, self._noise = device, steps, noise

    def read(self):
        step = next(self._steps, None)
        if isinstance(step, threading.Event):
            step.wait(10)
            return None
        if step == "frozen":
            threading.Event().wait(0.01)
            return Picture(np.full((40, 40, 3), 7, np.uint8), None)
        if step is None:
            return None
        return Picture(self._noise.integers(0, 255, (40, 40, 3), np.uint8), None)

    def close(self):
        self._device.open_now -= 1


def forever(step):
    while True:
        yield step


@contextmanager
def running(device, **options):
    seen = Seen()
    source = CameraSource("test", device.open, live=True, device=True, pauses=PAUSES, **options)
    source.start(seen.frame, seen.state)
    try:
        yield source, seen
    finally:
        assert source.stop()
        assert device.open_now == 0


def test_a_missing_camera_is_told_and_found_when_it_comes():
    device = Device("missing", "missing", forever(1))
    with running(device) as (_, seen):
        seen.wait(lambda s: CameraState.RUNNING in s.states and s.frames > 3)
        assert seen.states[:2] == [CameraState.OPENING, CameraState.MISSING]
        assert seen.states.count(CameraState.MISSING) == 2


@pytest.mark.parametrize("why", [Why.NO_PERMISSION, Why.BUSY, Why.UNSUPPORTED])
def test_a_camera_that_is_there_and_cannot_be_opened_says_why_and_is_tried_again(why):
    with running(Device(why, forever(1))) as (_, seen):
        seen.wait(lambda s: CameraState.RUNNING in s.states)
        assert seen.states[:2] == [CameraState.OPENING, CameraState(why.value)]


def test_why_a_camera_is_shut(tmp_path):
    picture, device = tmp_path / "no device", Path("/dev/null")
    picture.write_bytes(b"")
    assert why_shut(tmp_path / "video9") is Why.MISSING
    assert why_shut(picture) is Why.UNSUPPORTED
    assert why_shut(device, lambda _node, _mode: False) is Why.NO_PERMISSION
    assert why_shut(device, asked=lambda _node: True) is Why.BUSY
    assert why_shut(device, asked=lambda _node: None) is Why.BUSY
    assert why_shut(device) is Why.UNSUPPORTED, "the kernel says that it is no camera"


def test_only_what_gives_pictures_is_offered_by_name(tmp_path):
    """Codecs and video outputs have nodes of the same kind; a camera that may not be asked is not hidden."""
    for number, (name, index) in enumerate(
        [("Front camera", 0), ("Front camera", 1), ("codec", 0), ("Side camera", 0)]
    ):
        entry = tmp_path / f"video{number}"
        entry.mkdir()
        (entry / "name").write_text(f"{name}\n")
        (entry / "index").write_text(f"{index}\n")
    says = {"video0": True, "video2": False, "video3": None}
    assert cameras(tmp_path, lambda node: says[node.name]) == [
        ("camera:0", "Front camera"),
        ("camera:3", "Side camera"),
    ]


@pytest.mark.parametrize(
    ("every", "of_this_node", "gives"),
    [
        (0x84A00001, 0x04200001, True),  # a webcam's pictures
        (0x84A00001, 0x04A00000, False),  # the same webcam's metadata
        (0x84204000, 0x04204000, False),  # a codec on a single-board computer
        (0x84201000, 0x04201000, True),  # a camera bridge whose pictures come in several planes
        (0x05000001, 0, True),  # a driver from before capabilities of a node
    ],
)
def test_what_a_driver_says_of_itself(every, of_this_node, gives):
    answer = struct.pack("=16s32s32sIII12x", b"driver", b"card", b"usb-1", 0x060100, every, of_this_node)
    assert may_give_pictures(answer) is gives


def test_an_unplugged_camera_is_lost_and_reopened():
    device = Device([1, 1, 1, None], forever(1))
    with running(device) as (_, seen):
        seen.wait(lambda s: s.states.count(CameraState.RUNNING) == 2)
        assert seen.states == [
            CameraState.OPENING,
            CameraState.RUNNING,
            CameraState.LOST,
            CameraState.OPENING,
            CameraState.RUNNING,
        ]


def test_a_camera_that_repeats_one_picture_is_frozen_and_reopened():
    device = Device(forever("frozen"), forever(1))
    with running(device, frozen_after=0.2) as (_, seen):
        seen.wait(lambda s: CameraState.FROZEN in s.states and s.states[-1] is CameraState.RUNNING)


def test_a_read_that_blocks_is_noticed_by_the_watch():
    stalled = threading.Event()
    device = Device([1, 1, stalled], forever(1))
    with running(device, silent_after=0.3) as (_, seen):
        seen.wait(lambda s: CameraState.LOST in s.states)
        stalled.set()
        seen.wait(lambda s: s.states[-1] is CameraState.RUNNING)


def test_a_camera_that_will_not_end_is_reported_within_the_deadline():
    stalled = threading.Event()
    device = Device([1, stalled])
    seen = Seen()
    source = CameraSource("test", device.open, live=True, device=True, pauses=PAUSES)
    source.start(seen.frame, seen.state)
    seen.wait(lambda s: s.frames == 1)
    begun = time.monotonic()
    assert not source.stop(0.3)
    assert time.monotonic() - begun < 2
    stalled.set()
    assert source.stop(5)


def test_a_driver_that_raises_costs_a_reopening_not_the_thread(caplog):
    class Raising(Device):
        def open(self):
            if self._openings[0] == "raise":
                self._openings.pop(0)
                raise RuntimeError("driver")
            return super().open()

    with running(Raising("raise", forever(1))) as (_, seen):
        seen.wait(lambda s: CameraState.RUNNING in s.states)
        assert CameraState.LOST in seen.states
    assert "driver" in caplog.text


def test_no_frame_comes_after_stop():
    device = Device(forever(1))
    seen = Seen()
    source = CameraSource("test", device.open, live=True, device=True, pauses=PAUSES)
    source.start(seen.frame, seen.state)
    seen.wait(lambda s: s.frames > 5)
    assert source.stop()
    count = seen.frames
    assert seen.frames == count
    assert seen.states[-1] is CameraState.ENDED


@pytest.mark.parametrize("spec", ["97", "camera:97", "camera:/dev/v4l/by-id/usb-none-video-index0"])
def test_a_camera_that_is_not_there_is_missing(spec):
    seen = Seen()
    source = open_source(spec)
    source.start(seen.frame, seen.state)
    seen.wait(lambda s: CameraState.MISSING in s.states)
    assert source.stop()


class _Stream(http.server.BaseHTTPRequestHandler):
    """Motion JPEG; then, as the server says, it hangs, closes, or goes on."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        for number in range(self.server.pictures):
            if self.server.closing.wait(1 / 30):
                return
            _, coded = cv2.imencode(".jpg", np.full((120, 160, 3), number % 250, np.uint8))
            self.wfile.write(b"--frame\r\nContent-Type: image/jpeg\r\n")
            self.wfile.write(f"Content-Length: {len(coded)}\r\n\r\n".encode() + coded.tobytes() + b"\r\n")
        if self.server.hangs:
            self.server.closing.wait(30)

    def log_message(self, *args):
        pass


@contextmanager
def stream(pictures, *, hangs):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Stream)
    server.pictures, server.hangs, server.closing = pictures, hangs, threading.Event()
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/stream.mjpg"
    finally:
        server.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("hangs", [False, True])
def test_a_network_camera_that_closes_or_hangs_is_lost_within_seconds(hangs):
    with stream(40, hangs=hangs) as url:
        seen, source = Seen(), open_source(url)
        source.start(seen.frame, seen.state)
        seen.wait(lambda s: s.frames > 5)
        begun = time.monotonic()
        seen.wait(lambda s: CameraState.UNREACHABLE in s.states, 10)
        assert time.monotonic() - begun < 6
        assert source.stop(6)


@pytest.mark.parametrize("scheme", ["http", "rtsp", "rtsps"])
def test_a_network_camera_that_is_not_there_is_told_soon(scheme):
    seen, source = Seen(), open_source(f"{scheme}://127.0.0.1:9/stream")
    source.start(seen.frame, seen.state)
    seen.wait(lambda s: CameraState.UNREACHABLE in s.states, 6)
    assert source.stop(5)
