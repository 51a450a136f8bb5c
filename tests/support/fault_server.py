"""A server of raw sockets that does to a client what networks do: waits, drips, cuts, lies, floods.

    with FaultServer(drip_body(0.05)) as server:
        client(server.url)
    assert server.requests[0].target == "/api/pass/x"

A behaviour is a function of one `Peer`. `server.behave(...)` changes it; `in_turn(a, b, c)` uses one after the other.
"""

import contextlib
import gzip
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

PORTAL_PAGE = b"<!DOCTYPE html><html><head><title>Guest Wi-Fi</title></head><body>Accept our terms</body></html>"
HEAD_LIMIT = 256 * 1024


@dataclass(frozen=True)
class Request:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> object:
        return json.loads(self.body)


@dataclass
class Peer:
    """One request on one connection, and the means to answer it."""

    sock: socket.socket
    request: Request
    stop: threading.Event
    keep: bool = True  # False: the connection ends after this answer

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def wait(self, seconds: float) -> None:
        """Wait, but not longer than the server lives."""
        if self.stop.wait(seconds):
            raise ConnectionAbortedError


Behaviour = Callable[[Peer], None]


def head(status: int = 200, headers: dict[str, str] | None = None) -> bytes:
    """The bytes of a status line and headers."""
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in (headers or {}).items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def answer(status: int = 200, body: object = None, headers: dict[str, str] | None = None) -> Behaviour:
    """A whole, honest answer; `body` is JSON, or bytes as they are."""
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    given = {"Content-Type": "application/json", "Content-Length": str(len(content))} | (headers or {})

    def behave(peer: Peer) -> None:
        peer.send(head(status, given) + content)

    return behave


def late(seconds: float, then: Behaviour) -> Behaviour:
    """Latency before the first byte."""

    def behave(peer: Peer) -> None:
        peer.wait(seconds)
        then(peer)

    return behave


def reset(peer: Peer) -> None:
    """The connection is reset."""
    peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.keep = False


def hang_up(peer: Peer) -> None:
    """The connection ends without an answer."""
    peer.keep = False


def then_hang_up(then: Behaviour) -> Behaviour:
    """An answer, and a little later the end of the connection that was to be kept."""

    def behave(peer: Peer) -> None:
        then(peer)
        peer.wait(0.05)
        peer.keep = False

    return behave


def half_open(peer: Peer) -> None:
    """Nothing ever comes, and nothing ends."""
    peer.wait(3600)


def drip_headers(seconds: float) -> Behaviour:
    """A header byte now and then, for ever."""

    def behave(peer: Peer) -> None:
        peer.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while True:
            peer.wait(seconds)
            peer.send(b"z")

    return behave


def drip_body(seconds: float) -> Behaviour:
    """A body byte now and then, for ever."""

    def behave(peer: Peer) -> None:
        peer.send(head(200, {"Content-Type": "application/json", "Content-Length": "1000000"}))
        while True:
            peer.wait(seconds)
            peer.send(b"[")

    return behave


def truncated(body: bytes, promised: int | None = None) -> Behaviour:
    """Part of a body, then the end. `promised` None: no length was named, so nothing shows that it is a part."""

    def behave(peer: Peer) -> None:
        length = {} if promised is None else {"Content-Length": str(promised)}
        peer.send(head(200, {"Content-Type": "application/json", "Connection": "close", **length}) + body)
        peer.keep = False

    return behave


def portal(status: int = 200) -> Behaviour:
    """A captive portal's page."""
    return answer(status, PORTAL_PAGE, {"Content-Type": "text/html; charset=utf-8"})


def redirect(location: str, status: int = 302) -> Behaviour:
    """Somewhere else, please."""
    return answer(status, b"", {"Location": location})


def gzip_bomb(megabytes: int) -> Behaviour:
    """A small answer that unfolds to a large one, asked for or not."""
    bomb = gzip.compress(b"0" * megabytes * 1024 * 1024, 9)
    return answer(200, bomb, {"Content-Encoding": "gzip"})


def flood(megabytes: int) -> Behaviour:
    """More body than anybody asked for."""

    def behave(peer: Peer) -> None:
        peer.send(head(200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}))
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        for _ in range(megabytes * 16):
            peer.send(chunk)
        peer.send(b"0\r\n\r\n")

    return behave


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """One after the other; the last one for all further requests."""
    left = list(behaviours)

    def behave(peer: Peer) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(peer)

    return behave


@dataclass
class FaultServer:
    """Listens on loopback; `url` says where. Closing it ends every connection and joins every thread."""

    behaviour: Behaviour = field(default_factory=answer)
    tls: ssl.SSLContext | None = None
    requests: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._socks: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"
        self.connections = 0

    def behave(self, behaviour: Behaviour) -> None:
        """From now on."""
        self.behaviour = behaviour

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End everything."""
        self._stop.set()
        _shut(self._listener)
        self._threads[0].join(5)  # from here on nobody new comes in
        with self._lock:
            socks, threads = list(self._socks), list(self._threads)
        for sock in socks:
            _shut(sock)
        for thread in threads:
            thread.join(5)
        self._listener.close()

    def _start(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, name="fault server", daemon=True)
        with self._lock:
            self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._socks.add(sock)
                self.connections += 1
            self._start(self._serve, sock)

    def _serve(self, plain: socket.socket) -> None:
        sock = plain
        try:
            sock = self.tls.wrap_socket(plain, server_side=True) if self.tls else plain
            with self._lock:
                self._socks.add(sock)
            self._converse(sock)
        except OSError:
            pass  # the client went away, or close() cut it: both are what a test wants
        finally:
            with self._lock:
                self._socks -= {sock, plain}
            sock.close()
            plain.close()

    def _converse(self, sock: socket.socket) -> None:
        while not self._stop.is_set():
            request = _read(sock)
            if request is None:
                return
            self.requests.append(request)
            peer = Peer(sock, request, self._stop)
            self.behaviour(peer)
            if not peer.keep:
                return


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _read(sock: socket.socket) -> Request | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(65536)
        if not more or len(data) > HEAD_LIMIT:
            return None
        data += more
    top, _, body = data.partition(b"\r\n\r\n")
    first, *lines = top.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        more = sock.recv(65536)
        if not more:
            return None
        body += more
    return Request(method, target, headers, body)
