"""What every verb prints: one JSON object per line, or plain lines; troubles as sentences on standard error."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
from collections.abc import Mapping
from enum import IntEnum

from scanner_app.domain.errors import ScannerError
from scanner_app.logs import redact
from scanner_app.ui import texts


class Exit(IntEnum):
    """Exit codes: promises to scripts."""

    OK = 0
    USAGE = 2
    TROUBLE = 3


def print_json(record: Mapping[str, object]) -> None:
    """Print one object on a line of its own and flush it."""
    sys.stdout.write(json_line(record, sys.stdout.encoding) + "\n")
    sys.stdout.flush()


def json_line(record: Mapping[str, object], encoding: str | None = None) -> str:
    """Return an object as one line; what `encoding` (default UTF-8) cannot carry as JSON's own escapes."""
    line = json.dumps(record, ensure_ascii=False, separators=(",", ":"), default=str).translate(LINE_ENDS)
    try:
        line.encode(encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(record, separators=(",", ":"), default=str)
    return line


LINE_ENDS = {ord(ch): f"\\u{ord(ch):04x}" for ch in "\x85\u2028\u2029"}
"""JSON leaves them as they are, and many a reader takes them for the end of a line."""


def say(text: str) -> None:
    """Print a line for people."""
    sys.stdout.write(plain(text) + "\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """Print a line on standard error, without keys."""
    sys.stderr.write("scanner-app: " + plain(redact(text)) + "\n")
    sys.stderr.flush()


def trouble(error: ScannerError) -> Exit:
    """Say what is wrong and what to do; return the exit code for it."""
    complain(texts.explain(error))
    return Exit.TROUBLE


NO_ROOM = "Make room there or send the output elsewhere, then repeat. What this kiosk keeps is untouched."
ADVICE: Mapping[int, str] = {
    errno.ENOSPC: NO_ROOM,
    errno.EDQUOT: NO_ROOM,
    errno.EIO: "What the output goes to does not take it: send it elsewhere, then repeat.",
    errno.EACCES: "Choose a place that you may read and write.",
    errno.EPERM: "Choose a place that you may read and write.",
    errno.EROFS: "Choose a place that takes writes.",
    errno.ENOENT: "Check the name.",
    errno.ENOTDIR: "Check the name.",
    errno.EISDIR: "Name a file in it.",
}


def advice(error: OSError) -> str:
    """Return what to do about a file or an output that is refused, with a full stop and a space before it; or ''."""
    found = ADVICE.get(error.errno or 0)
    return f". {found}" if found else ""


def plain(text: str) -> str:
    """Return text that cannot move the cursor, colour the terminal or turn the direction of writing."""
    return "".join(ch if ch.isprintable() or ch == "\n" else f"\\x{ord(ch):02x}" for ch in text)


def any_text() -> None:
    """Let every text be printed on terminals of every encoding: a letter that one has not is written as its number."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def swallow_broken_pipe() -> None:
    """Let the interpreter end quietly after the reader of standard output has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
