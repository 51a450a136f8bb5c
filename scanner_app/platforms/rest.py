"""What connections at rest tell of the network, for nothing: the other end's kernel confirms that it is there.

A platform is asked every ten seconds; a network that went dark in between is noticed without a call, by TCP's own
keep-alive (RFC 9293, 3.8.4).
"""

from __future__ import annotations

import errno
import select
import socket

from scanner_app.application.ports import Rest

KEEP_ALIVE: tuple[tuple[str, int], ...] = (("TCP_KEEPIDLE", 1), ("TCP_KEEPINTVL", 1), ("TCP_KEEPCNT", 2))
"""Dead three seconds after the last sign of life. Seconds are the finest that a kernel offers."""

CLOSED = (errno.ECONNRESET, errno.EPIPE)
"""Errors that only an other end that is there can cause."""

HUNG_UP = getattr(select, "POLLRDHUP", 0)
"""Linux only: elsewhere a closed connection is noticed by the next call."""


def watch(sock: socket.socket) -> None:
    """Have the kernel find out whether the other end is still there, as fine as this system can."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEP_ALIVE:
        option = getattr(socket, name, None)
        if option is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)


def look(sock: socket.socket) -> Rest:
    """Return what became of a connection that nobody uses. Takes nothing from it but its error."""
    number = sock.fileno()
    if number < 0:
        return Rest.ENDED
    if not HUNG_UP:
        return Rest.QUIET
    poll = select.poll()
    poll.register(number, HUNG_UP)
    if not poll.poll(0):
        return Rest.QUIET
    failed = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    return Rest.SILENT if failed and failed not in CLOSED else Rest.ENDED
