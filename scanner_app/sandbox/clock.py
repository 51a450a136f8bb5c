"""The sandbox's own clock: it can be set off from the machine's, or stopped, to show wrong clocks and time changes."""

import time
from email.utils import formatdate


class Clock:
    """Seconds since 1970 as the platform sees them."""

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset
        self.frozen: float | None = None

    def now(self) -> float:
        """Unix time, whole and parts of seconds."""
        return self.frozen if self.frozen is not None else time.time() + self.offset

    def seconds(self) -> int:
        """Unix time in whole seconds, the resolution of every stored time."""
        return int(self.now())

    def http_date(self) -> str:
        """The value of the `Date` header."""
        return formatdate(self.now(), usegmt=True)
