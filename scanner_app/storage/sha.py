"""SHA-256 for the two short texts of a scan: the interpreter's own small one, where it has it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Protocol

__all__ = ["sha256"]


class Digest(Protocol):
    """What is used of a hash."""

    def digest(self) -> bytes:
        """Return the 32 bytes."""


def _own() -> Callable[[bytes], Digest]:
    """Return the interpreter's own SHA-256: its private name is another one since 3.12, so it is looked for by name.

    OpenSSL's leads the processor through so much code that the first hash after an fsync takes twice as long
    (docs/decisions/0008).
    """
    for name in ("_sha2", "_sha256"):
        with suppress(ImportError, AttributeError):
            return import_module(name).sha256  # type: ignore[no-any-return]
    return hashlib.sha256


sha256 = _own()
