"""One total deadline for everything a call does on the network: names, connections, TLS, every read and write."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from scanner_app.platforms import rest

Address = tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]


class Deadline:
    """A moment on the monotonic clock, `seconds` from now."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds left, more than 0; raise TimeoutError when none are."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("deadline passed")
        return left


class Names:
    """Name look-ups that can be given up: `getaddrinfo` knows no time-out and may block for half a minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[tuple[str, int], Future[list[Address]]] = {}

    def resolve(self, host: str, port: int, deadline: Deadline) -> list[Address]:
        """Return the host's addresses; OSError when it has none, TimeoutError when that takes too long."""
        with contextlib.suppress(socket.gaierror, UnicodeError):
            return _look_up(host, port, socket.AI_NUMERICHOST)
        return self._start(host, port).result(deadline.left())

    def _start(self, host: str, port: int) -> Future[list[Address]]:
        with self._lock:
            running = self._running.get((host, port))
            if running and not running.done():
                return running  # one thread per name, however many calls wait for it
            future: Future[list[Address]] = Future()
            self._running[host, port] = future
        threading.Thread(target=_fill, args=(future, host, port), name=f"resolve {host}", daemon=True).start()
        return future


def _fill(future: Future[list[Address]], host: str, port: int) -> None:
    try:
        future.set_result(_look_up(host, port, 0))
    except (OSError, UnicodeError) as error:  # UnicodeError: a label that IDNA cannot encode
        future.set_exception(error if isinstance(error, OSError) else OSError(str(error)))


def _look_up(host: str, port: int, flags: int) -> list[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return [(family, address) for family, _, _, _, address in found]


class Wires:
    """The open sockets of one client, so that `cut()` can end every wait on them from another thread.

    `reach` says which addresses may be connected to; it is asked about the very address, whatever the name says next.
    """

    def __init__(self, reach: Callable[[str], bool] | None = None) -> None:
        self._names = Names()
        self._reach = reach
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._cut = False

    def connect(self, host: str, port: int, deadline: Deadline) -> socket.socket:
        """Return a connection to the first address that takes one; OSError or TimeoutError else."""
        failure: OSError = OSError("no address")
        for family, address in self._names.resolve(host, port, deadline):
            if self._reach is not None and not self._reach(str(address[0])):
                failure = OSError("an address that is not allowed")
                continue
            try:
                return self._try(family, address, deadline)
            except TimeoutError:
                raise
            except OSError as error:
                failure = error
        raise failure

    def _try(self, family: socket.AddressFamily, address: object, deadline: Deadline) -> socket.socket:
        sock = socket.socket(family, socket.SOCK_STREAM)
        self.keep(sock)
        try:
            sock.settimeout(deadline.left())
            sock.connect(address)  # type: ignore[arg-type]  # as getaddrinfo gave it
            self._still_wanted()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            rest.watch(sock)
        except BaseException:
            self.drop(sock)
            raise
        return sock

    def _still_wanted(self) -> None:
        """A socket not yet connected cannot be shut down: one that connects after the cut ends here."""
        with self._lock:
            if self._cut:
                raise OSError("closed")

    def secure(self, sock: socket.socket, trust: ssl.SSLContext, host: str, deadline: Deadline) -> socket.socket:
        """Return the socket under TLS, the certificate checked."""
        try:
            sock.settimeout(deadline.left())
            wrapped = trust.wrap_socket(sock, server_hostname=host)
        except BaseException:
            self.drop(sock)
            raise
        self.forget(sock)  # `wrap_socket` took its file descriptor over
        self.keep(wrapped)
        return wrapped

    def keep(self, sock: socket.socket) -> None:
        """Count a socket among the open ones; refuse when this client was closed."""
        with self._lock:
            if self._cut:
                sock.close()
                raise OSError("closed")
            self._open.add(sock)

    def forget(self, sock: socket.socket) -> None:
        """No longer count this socket."""
        with self._lock:
            self._open.discard(sock)

    def drop(self, sock: socket.socket) -> None:
        """Close one socket."""
        self.forget(sock)
        sock.close()

    def cut(self) -> None:
        """Wake every thread that waits on one of these sockets; their calls, and all later ones, fail at once."""
        with self._lock:
            self._cut = True
            sockets = list(self._open)
        for sock in sockets:
            with contextlib.suppress(OSError):
                # The plain call: SSLSocket's own would pull its TLS state away under the waiting thread.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
