"""One credential per line of a byte stream: standard input of `gate`, fed by scripts and scanners' drivers."""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Iterator

from scanner_app.domain.credential import MAX_BYTES, Credential, Symbology

LONGEST = 16 * MAX_BYTES
"""Bytes kept of a line: more than any barcode holds, so that a longer one is refused and never fills the memory."""
CHUNK = 1 << 16
LOOK_SECONDS = 0.2
"""How often a silent stream is left to see whether to stop."""


def text_lines(descriptor: int, stop: threading.Event) -> Iterator[Credential]:
    """Give each line as it ends, and what stands after the last line end; OSError if the stream cannot be read.

    The descriptor is read directly: a thread that waits in Python's own buffered standard input holds its lock, and
    the interpreter aborts when it ends meanwhile.
    """
    begun = bytearray()
    while chunk := _chunk(descriptor, stop):
        *ended, rest = chunk.split(b"\n")
        for part in ended:
            yield _credential(bytes(begun) + part[: LONGEST - len(begun)])
            begun.clear()
        begun += rest[: LONGEST - len(begun)]
    if begun and not stop.is_set():
        yield _credential(bytes(begun))


def _chunk(descriptor: int, stop: threading.Event) -> bytes:
    """Wait for bytes; none at the end of the stream and when it is time to stop."""
    while not stop.is_set():
        # Windows waits for sockets only: there the read itself waits, in a thread that ends with the program.
        if sys.platform == "win32" or select.select([descriptor], [], [], LOOK_SECONDS)[0]:
            return os.read(descriptor, CHUNK)
    return b""


def _credential(line: bytes) -> Credential:
    line = line[:-1] if line.endswith(b"\r") else line
    return Credential(_text(line), Symbology.SCANNER, line)


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")  # a scanner that sends the bytes of an ISO-8859-1 code as they are
