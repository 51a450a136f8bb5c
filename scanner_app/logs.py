"""Logs: JSON lines in the data folder, rotated, with keys redacted and nothing forged by what was scanned."""

from __future__ import annotations

import json
import logging
import logging.handlers
import re
import threading
from datetime import UTC, datetime
from pathlib import Path

_SECRET = re.compile(
    r"(?i)(authorization|api[_-]?key|bearer|token|secret|password|pin|iv|data)(\"?\s*[:=]\s*\"?)([^\s\"&,}]{4,})"
)
_known: set[str] = set()
_known_lock = threading.Lock()


def redact(text: str) -> str:
    """Return the text without keys: those we know and whatever looks like one."""
    with _known_lock:
        for secret in _known:
            text = text.replace(secret, "[redacted]")
    return _SECRET.sub(r"\1\2[redacted]", text)


def never_log(secret: str) -> None:
    """Make sure that this value is redacted wherever it turns up."""
    if len(secret) >= 4:
        with _known_lock:
            _known.add(secret)


class JsonLines(logging.Formatter):
    """One JSON object per record, escaped: a scanned line break cannot make a log line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        body = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "thread": record.threadName,
            "text": redact(record.getMessage()),
        }
        if record.exc_info:
            body["trace"] = redact(self.formatException(record.exc_info))
        return json.dumps(body, ensure_ascii=True)


def start(data_dir: Path, level: int = logging.INFO) -> None:
    """Log to `logs/pass-scanner.jsonl`, five files of 2 MB; a disk that takes no logs stops nothing."""
    folder = data_dir / "logs"
    root = logging.getLogger()
    root.setLevel(level)
    logging.raiseExceptions = False
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs whole URLs
    try:
        folder.mkdir(exist_ok=True, mode=0o700)
        handler = logging.handlers.RotatingFileHandler(
            folder / "pass-scanner.jsonl", maxBytes=2_000_000, backupCount=4, encoding="utf-8"
        )
    except OSError:
        root.addHandler(logging.NullHandler())
        return
    handler.setFormatter(JsonLines())
    root.addHandler(handler)
