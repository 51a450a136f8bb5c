"""The world's troubles apart from our own bugs. Texts for people live in `ui/texts.py`, keyed by `code`."""

from __future__ import annotations

import errno
from enum import StrEnum


class ScannerError(Exception):
    """Anything this program raises on purpose."""

    code = "error"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail


class Bug(ScannerError):
    """We are wrong: a state that the code rules out."""

    code = "bug"


class Trouble(ScannerError):
    """The world is wrong: a device, a disk, a platform, a setting."""

    code = "trouble"


class StorageKind(StrEnum):
    """What is wrong with the disk or a database."""

    FULL = "full"
    READ_ONLY = "read_only"
    CORRUPT = "corrupt"
    LOCKED = "locked"
    TOO_NEW = "too_new"
    IO = "io"
    GONE = "gone"


BY_ERRNO = {
    errno.ENOSPC: StorageKind.FULL,
    errno.EDQUOT: StorageKind.FULL,
    errno.EROFS: StorageKind.READ_ONLY,
    errno.EACCES: StorageKind.READ_ONLY,
    errno.EPERM: StorageKind.READ_ONLY,
}


def storage_kind(error: OSError) -> StorageKind:
    """Return what an error of the file system means."""
    return BY_ERRNO.get(error.errno or 0, StorageKind.IO)


class StorageTrouble(Trouble):
    """The disk or a database does not do what it must."""

    def __init__(self, kind: StorageKind, detail: str = "") -> None:
        super().__init__(detail)
        self.kind = kind
        self.code = f"storage_{kind.value}"


class PlatformKind(StrEnum):
    """What came of talking to a pass platform."""

    UNREACHABLE = "unreachable"  # DNS, TCP, TLS, time-out, reset, truncated body
    PORTAL = "portal"  # something else answered: a captive portal, HTML, a redirect
    BUSY = "busy"  # 408, 425, 429, 5xx
    UNAUTHORISED = "unauthorised"  # 401, 403
    REFUSED = "refused"  # any other 4xx
    NOT_FOUND = "not_found"  # 404
    CONFLICT = "conflict"  # 409, 412
    NONSENSE = "nonsense"  # a success whose body is not what the contract says


class PlatformCause(StrEnum):
    """What is behind an answer that looks like another trouble: people would look for a wrong key for days."""

    CLOCK = "clock"  # a 401 because of this computer's time
    REGION = "region"  # a good key, and nothing known: the account lives at the platform's other address
    TAKEN = "taken"  # a 409 to making or changing a pass: nobody admitted anybody
    FAULT = "fault"  # a 500: the platform broke down over it, and asked nobody to wait


KIND_OF_CAUSE = {
    PlatformCause.CLOCK: PlatformKind.UNAUTHORISED,
    PlatformCause.REGION: PlatformKind.NOT_FOUND,
    PlatformCause.TAKEN: PlatformKind.CONFLICT,
    PlatformCause.FAULT: PlatformKind.BUSY,
}


def platform_kind(code: str) -> PlatformKind | None:
    """Return the kind of trouble behind a code, None where it is not a platform's."""
    name = code.removeprefix("platform_")
    if name == code:
        return None
    if name in set(PlatformCause):
        return KIND_OF_CAUSE[PlatformCause(name)]
    return PlatformKind(name) if name in set(PlatformKind) else None


class PlatformTrouble(Trouble):
    """A pass platform did not answer as its contract says. `retry_after` in seconds, if it named a time."""

    def __init__(
        self,
        kind: PlatformKind,
        detail: str = "",
        *,
        status: int | None = None,
        retry_after: float | None = None,
        sent: bool = True,
        cause: PlatformCause | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.cause = cause
        self.status = status
        self.retry_after = retry_after
        self.sent = sent  # False only if nothing of the request can have reached the platform
        self.code = f"platform_{(cause or kind).value}"

    @property
    def outcome_unknown(self) -> bool:
        """Whether the platform may have done what was asked although no answer says so."""
        lost = (PlatformKind.UNREACHABLE, PlatformKind.PORTAL, PlatformKind.NONSENSE)
        return self.sent and (self.kind in lost or (self.status or 0) >= 500)


class SettingsTrouble(Trouble):
    """A setting is missing or wrong; `code` names which (see `ui/texts.py`)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail)
        self.code = f"settings_{code}"
