"""The connection pool's view of our sockets: every wait ends at the deadline of the call that waits."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterable
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
    """One connection. The pool's own time-outs are for single reads and are not used."""

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
        """Tell the pool what it asks before it uses an idle connection again."""
        if info == "ssl_object":
            return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        if info == "is_readable":  # an idle connection with something to read was closed by the other side
            return _readable(self._sock)
        return None


def _readable(sock: socket.socket) -> bool:
    if sock.fileno() < 0:
        return True
    sock.settimeout(0)
    try:
        return bool(socket.socket.recv(sock, 1, socket.MSG_PEEK)) or True
    except (BlockingIOError, InterruptedError):
        return False
    except OSError:
        return True


class Backend(httpcore.NetworkBackend):
    """How the pool opens connections."""

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
