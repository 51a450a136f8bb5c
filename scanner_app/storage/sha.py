"""SHA-256 for the two short texts of a scan: the interpreter's own small one, where it has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["sha256"]

if TYPE_CHECKING:
    from hashlib import sha256
else:
    # OpenSSL's leads the processor through so much code that the first hash after an fsync takes twice as long as with
    # the interpreter's own (docs/decisions/0008), whose private name changed with 3.12. `random` imports it likewise.
    try:
        from _sha2 import sha256
    except ImportError:
        try:
            from _sha256 import sha256
        except ImportError:
            from hashlib import sha256
