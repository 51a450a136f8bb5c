"""Network cameras: why one gives no picture, the pictures of RTSP, and no password told to anybody."""

import socketserver
import threading
from contextlib import contextmanager

import pytest
from support.rtsp_camera import RtspCamera

from hardware.camera import CameraState, open_source
from hardware.camera_names import Why
from hardware.capture import open_url
from hardware.network_camera import is_address, why_silent, without_password
from hardware.pictures import CannotOpen


class _Answering(socketserver.BaseRequestHandler):
    def handle(self):
        self.server.asked.append(self.request.recv(4096))
        self.request.sendall(self.server.answer)


@contextmanager
def camera(answer):
    server = socketserver.TCPServer(("127.0.0.1", 0), _Answering)
    server.answer, server.asked = answer, []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}", server.asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"HTTP/1.1 401 Unauthorized\r\n\r\n", Why.SIGN_IN),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", Why.SIGN_IN),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", Why.NO_STREAM),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>", Why.NO_STREAM),
        (b"\xff\xfe", Why.NO_STREAM),
        (b"", Why.NO_STREAM),
    ],
)
def test_what_is_wrong_with_an_http_camera(answer, why):
    with camera(answer) as (where, asked):
        assert why_silent(f"http://door:secret@{where}/video?channel=1#x") is why
    (asked,) = asked
    assert asked.startswith(b"GET /video?channel=1 HTTP/1.1\r\nHost: 127.0.0.1")
    assert b"secret" not in asked


def test_what_is_wrong_with_an_rtsp_camera():
    with camera(b"RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n\r\n") as (where, asked):
        assert why_silent(f"rtsp://{where}/stream1") is Why.SIGN_IN
        with pytest.raises(CannotOpen, match="refuses this user name and password") as refused:
            open_url(f"rtsp://door:secret@{where}/stream1")
    assert refused.value.why is Why.SIGN_IN
    question = f"DESCRIBE rtsp://{where}/stream1 RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\n\r\n"
    assert asked[0] == question.encode()


@pytest.mark.parametrize("where", ["127.0.0.1:9", "127.0.0.1:99999", "", "a" * 70])
def test_nobody_answers(where):
    assert why_silent(f"http://{where}/") is Why.UNREACHABLE


def test_what_an_address_is_and_what_of_it_is_shown():
    assert [is_address(s) for s in ("RTSP://cam/1", "https://cam", "rtsps://cam", "ftp://cam", "film.avi")] == [
        *[True] * 3,
        *[False] * 2,
    ]
    assert without_password("rtsp://door:p@ss@cam:554/1?a=b@c") == "rtsp://***@cam:554/1?a=b@c"
    assert without_password("camera:0") == "camera:0"
    assert without_password("http://cam/mail@home") == "http://cam/mail@home"


def test_an_rtsp_camera_gives_its_pictures():
    frames, states, some = [], [], threading.Event()

    def seen(frame):
        frames.append(frame)
        if len(frames) == 3:
            some.set()

    with RtspCamera() as served:
        source = open_source(served.url)
        source.start(seen, lambda state, _why: states.append(state))
        assert some.wait(20), states
        assert source.stop(6)
    assert CameraState.RUNNING in states
    assert frames[0].gray.shape == (120, 160)
    assert abs(int(frames[2].gray[60, 40]) - 200) < 12
    assert abs(int(frames[2].gray[60, 120]) - 40) < 12
