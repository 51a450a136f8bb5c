"""Cameras of the network: how they are named, and why one of them gives no picture, which FFmpeg does not say."""

import re
import socket
import ssl
from contextlib import closing
from typing import Final
from urllib.parse import SplitResult, urlsplit

from hardware.camera_names import Why

_ADDRESS: Final = re.compile(r"(?:https?|rtsps?)://", re.IGNORECASE)
_SECRET: Final = re.compile(r"(?<=://)[^/?#]*@")
_PORTS: Final = {"http": 80, "https": 443, "rtsp": 554, "rtsps": 322}
_PATIENCE: Final = 0.4  # seconds for each of connecting and answering: the camera had its own long time before
_STATUS: Final = re.compile(rb"(?:HTTP|RTSP)/\d\.\d (\d{3})")
_LOCKED: Final = frozenset({b"401", b"403", b"407"})


def is_address(spec: str) -> bool:
    """Whether a source is a camera of the network."""
    return _ADDRESS.match(spec) is not None


def without_password(spec: str) -> str:
    """The address as it may be shown and logged: who signs in to the camera, and how, is left out."""
    return _SECRET.sub("***@", spec)


def why_silent(url: str) -> Why:
    """Ask the camera itself, once, whether anybody answers, and whether it wants another password or has no video."""
    try:
        with closing(_connected(urlsplit(url))) as line:
            line.sendall(_question(urlsplit(url)))
            status = _STATUS.match(line.recv(64))
    except (OSError, ValueError):
        return Why.UNREACHABLE
    return Why.SIGN_IN if status and status[1] in _LOCKED else Why.NO_STREAM


def _connected(address: SplitResult) -> socket.socket:
    """OSError where nobody listens, ValueError where the address cannot be one."""
    scheme = address.scheme.lower()
    if not address.hostname:
        raise ValueError("an address without a host")
    line = socket.create_connection((address.hostname, address.port or _PORTS[scheme]), _PATIENCE)
    if not scheme.endswith("s"):
        return line
    trusting = ssl.create_default_context()  # cameras sign their own certificates, and nothing secret is said
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    return trusting.wrap_socket(line)


def _question(address: SplitResult) -> bytes:
    """A request for the stream, without the password."""
    host = address.netloc.rpartition("@")[2]
    path = f"{address.path or '/'}{'?' if address.query else ''}{address.query}"
    if address.scheme.lower().startswith("rtsp"):
        asked = f"DESCRIBE {address.scheme}://{host}{path} RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\n\r\n"
    else:
        asked = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    return asked.encode("utf-8", "replace")
