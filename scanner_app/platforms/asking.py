"""Parts of a delivery that only read, kept apart from the part that tells: what their troubles mean differs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from scanner_app.domain.errors import PlatformKind, PlatformTrouble


@contextmanager
def before_telling() -> Iterator[None]:
    """A read before anything was told: whatever goes wrong, nothing has arrived."""
    try:
        yield
    except PlatformTrouble as trouble:
        trouble.sent = False
        raise


@contextmanager
def after_telling() -> Iterator[None]:
    """A read after the platform was told: whatever goes wrong, the next try must settle before it tells again."""
    try:
        yield
    except PlatformTrouble as trouble:
        kind = trouble.kind if trouble.kind in _LOST else PlatformKind.NONSENSE
        detail = f"told, but not checked: {trouble.detail}"
        raise PlatformTrouble(kind, detail, retry_after=trouble.retry_after) from trouble


_LOST = (PlatformKind.UNREACHABLE, PlatformKind.PORTAL)
