"""Connections to one platform: every wait on them ends at the deadline of the call that waits.

The one importer of httpcore, httpx's engine: what leaves this file is a status, headers and bytes, TimeoutError or
ConnectionError.
"""

from __future__ import annotations

import logging
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import httpcore

from scanner_app.application.ports import Rest
from scanner_app.platforms import rest
from scanner_app.platforms.deadline import Deadline, Wires

logging.getLogger("httpcore").setLevel(logging.WARNING)  # its DEBUG lines hold headers


class Call(Deadline):
    """One call: its deadline, and whether anything of it was written yet."""

    wrote = False


class Busy(threading.local):
    """The call that this thread is busy with; the engine's own interface hands on nothing but single time-outs."""

    call = Call(0)


class Stream(httpcore.NetworkStream):
    """One connection. The library's own time-outs are for single reads and are not used."""

    def __init__(self, sock: socket.socket, backend: Backend) -> None:
        self._sock, self._backend, self._wires, self._busy = sock, backend, backend.wires, backend.busy

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what came, b'' at the end."""
        try:
            self._sock.settimeout(self._busy.call.left())
            return self._sock.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        try:
            self._sock.settimeout(self._busy.call.left())
            self._busy.call.wrote = True
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
            secured = self._wires.secure(self._sock, ssl_context, server_hostname or "", self._busy.call)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:  # ssl.SSLError is one
            raise httpcore.ConnectError(str(error)) from error
        self._backend.sock = secured
        return Stream(secured, self._backend)

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
    """How one connection is opened, and its socket from then on."""

    def __init__(self, wires: Wires, busy: Busy) -> None:
        self.wires, self.busy = wires, busy
        self.sock: socket.socket | None = None

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
            self.sock = self.wires.connect(host, port, self.busy.call)
            return Stream(self.sock, self)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error


class Answer:
    """Status, headers and, when iterated, the body as it comes. `close()` gives the connection back."""

    def __init__(self, response: httpcore.Response, lent: ExitStack) -> None:
        self.status = response.status
        self.headers: list[tuple[bytes, bytes]] = list(response.headers)
        self._response, self._lent = response, lent

    def __iter__(self) -> Iterator[bytes]:
        with _plain_errors():
            yield from self._response.iter_stream()

    def close(self) -> None:
        """Let go; what was not read is not waited for."""
        self._lent.close()


class Connection(httpcore.HTTPConnection):
    """One connection to the platform, opened at its first request."""

    def __init__(
        self, origin: httpcore.Origin, trust: ssl.SSLContext | None, keep_alive: float, backend: Backend
    ) -> None:
        super().__init__(origin, ssl_context=trust, keepalive_expiry=keep_alive, network_backend=backend)
        self._backend = backend

    def at_rest(self) -> Rest:
        """Return what became of it, while nobody uses it."""
        return rest.look(self._backend.sock) if self._backend.sock else Rest.QUIET


class _StaleConnection(Exception):
    """A kept connection had been closed by the other side; nothing came of the question."""


class Pool:
    """Idle connections, each handed to one call at a time.

    httpcore's own pool looks at idle connections while another thread may already be using one, and then closes it
    under that call's feet (seen with 16 threads); here nobody looks at a connection that is not theirs.
    """

    def __init__(
        self,
        scheme: str,
        host: str,
        port: int,
        trust: ssl.SSLContext | None,
        *,
        most: int,
        keep_alive: float,
        reach: Callable[[str], bool] | None = None,
    ) -> None:
        self._origin = httpcore.Origin(scheme.encode(), host.encode("ascii"), port)
        self._trust, self._keep_alive = trust, keep_alive
        self._busy, self._wires = Busy(), Wires(reach)
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._room = threading.BoundedSemaphore(most)
        self._closed = False

    def ask(
        self, call: Call, method: bytes, target: bytes, headers: Sequence[tuple[bytes, bytes]], content: bytes
    ) -> Answer:
        """Return the answer's head, the body still to come; raise TimeoutError or ConnectionError.

        A question (never an order) on a kept connection that turns out dead is asked anew.
        """
        url = httpcore.URL(scheme=self._origin.scheme, host=self._origin.host, port=self._origin.port, target=target)
        try:
            return self._once(call, httpcore.Request(method, url, headers=list(headers), content=content))
        except _StaleConnection:
            call.wrote = False
            return self._once(call, httpcore.Request(method, url, headers=list(headers), content=content), last=True)

    def _once(self, call: Call, request: httpcore.Request, *, last: bool = False) -> Answer:
        with ExitStack() as lent, _plain_errors():
            line = lent.enter_context(self._connection(call))
            kept = line.is_idle()
            try:
                response = line.handle_request(request)
            except (httpcore.ReadError, httpcore.RemoteProtocolError):
                if kept and not last and request.method == b"GET":
                    raise _StaleConnection from None
                raise
            lent.callback(response.close)
            return Answer(response, lent.pop_all())

    @contextmanager
    def _connection(self, call: Call) -> Iterator[Connection]:
        """Lend a connection for one call; it is kept if the call left it in order."""
        self._busy.call = call
        if not self._room.acquire(timeout=call.left()):
            raise TimeoutError("all connections are busy")
        try:
            taken = self._take()
            try:
                yield taken
            finally:
                self._give_back(taken)
        finally:
            self._room.release()

    def _take(self) -> Connection:
        while True:
            with self._lock:
                idle = self._idle.pop() if self._idle else None
            if idle is None:
                return Connection(self._origin, self._trust, self._keep_alive, Backend(self._wires, self._busy))
            if not idle.has_expired():
                return idle
            idle.close()

    def _give_back(self, connection: Connection) -> None:
        with self._lock:
            keep = connection.is_idle() and not self._closed
            if keep:
                self._idle.append(connection)
        if not keep:
            connection.close()

    def at_rest(self) -> Rest:
        """Return the worst that became of a connection at rest since the last look; those that ended are given up."""
        with self._lock:
            found = [(each, each.at_rest()) for each in self._idle]
            self._idle = [each for each, rest_of in found if rest_of is Rest.QUIET and not each.has_expired()]
            gone = [each for each, _ in found if each not in self._idle]
        for connection in gone:
            connection.close()
        return max((rest_of for _, rest_of in found), key=tuple(Rest).index, default=Rest.QUIET)

    def close(self) -> None:
        """End every call under way, and every later one, at once."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        self._wires.cut()
        for connection in idle:
            connection.close()


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Say the engine's errors in Python's own; their names stay readable."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise TimeoutError(f"{type(error).__name__}: {error}") from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise ConnectionError(f"{type(error).__name__}: {error}") from error
