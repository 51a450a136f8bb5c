"""Connections to one platform: every wait on them ends at the deadline of the call that waits."""

from __future__ import annotations

import select
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore

from scanner_app.platforms.deadline import Deadline, Wires


class Call(threading.local):
    """What the calling thread is busy with: its deadline, and whether anything was written yet."""

    deadline = Deadline(0)
    wrote = False

    def begin(self, deadline: Deadline) -> None:
        """Start a call on this thread."""
        self.deadline, self.wrote = deadline, False


class Stream(httpcore.NetworkStream):
    """One connection. The library's own time-outs are for single reads and are not used."""

    def __init__(self, sock: socket.socket, wires: Wires, call: Call) -> None:
        self._sock, self._wires, self._call = sock, wires, call

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what came, b'' at the end."""
        try:
            self._sock.settimeout(self._call.deadline.left())
            return self._sock.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        try:
            self._sock.settimeout(self._call.deadline.left())
            self._call.wrote = True
            self._sock.sendall(buffer)  # one time-out for the whole of it
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        """Close the connection."""
        self._wires.drop(self._sock)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Return the same connection under TLS."""
        try:
            secured = self._wires.secure(self._sock, ssl_context, server_hostname or "", self._call.deadline)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:  # ssl.SSLError is one
            raise httpcore.ConnectError(str(error)) from error
        return Stream(secured, self._wires, self._call)

    def get_extra_info(self, info: str) -> Any:
        """Tell what is asked before an idle connection is used again."""
        if info == "ssl_object":
            return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        if info == "is_readable":  # an idle connection with something to read was closed by the other side
            return _readable(self._sock)
        return None


def _readable(sock: socket.socket) -> bool:
    """Look without touching."""
    number = sock.fileno()
    if number < 0:
        return True
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(number, select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([number], [], [], 0)[0])  # Windows has no poll


class Backend(httpcore.NetworkBackend):
    """How connections are opened."""

    def __init__(self, wires: Wires, call: Call) -> None:
        self._wires, self._call = wires, call

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Return an open connection."""
        try:
            return Stream(self._wires.connect(host, port, self._call.deadline), self._wires, self._call)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error


class Pool:
    """Idle connections, each handed to one call at a time.

    httpcore's own pool looks at idle connections while another thread may already be using one, and then closes it
    under that call's feet (seen with 16 threads); here nobody looks at a connection that is not theirs.
    """

    def __init__(self, origin: httpcore.Origin, trust: ssl.SSLContext | None, most: int, keep_alive: float) -> None:
        self._origin, self._trust, self._keep_alive = origin, trust, keep_alive
        self.call, self._wires = Call(), Wires()
        self._lock = threading.Lock()
        self._idle: list[httpcore.HTTPConnection] = []
        self._room = threading.BoundedSemaphore(most)
        self._closed = False

    @contextmanager
    def connection(self, deadline: Deadline) -> Iterator[httpcore.HTTPConnection]:
        """Lend a connection for one call; it is kept if the call left it in order."""
        self.call.begin(deadline)
        if not self._room.acquire(timeout=deadline.left()):
            raise TimeoutError("all connections are busy")
        try:
            taken = self._take()
            try:
                yield taken
            finally:
                self._give_back(taken)
        finally:
            self._room.release()

    def _take(self) -> httpcore.HTTPConnection:
        while True:
            with self._lock:
                idle = self._idle.pop() if self._idle else None
            if idle is None:
                return httpcore.HTTPConnection(
                    self._origin,
                    ssl_context=self._trust,
                    keepalive_expiry=self._keep_alive,
                    network_backend=Backend(self._wires, self.call),
                )
            if not idle.has_expired():
                return idle
            idle.close()

    def _give_back(self, connection: httpcore.HTTPConnection) -> None:
        with self._lock:
            keep = connection.is_idle() and not self._closed
            if keep:
                self._idle.append(connection)
        if not keep:
            connection.close()

    def close(self) -> None:
        """End every call under way, and every later one, at once."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        self._wires.cut()
        for connection in idle:
            connection.close()
