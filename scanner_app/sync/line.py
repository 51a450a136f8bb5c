"""One account's way to its platform: what upload, download and look-ups share."""

from __future__ import annotations

from dataclasses import dataclass

from scanner_app.application.config import AccountConfig
from scanner_app.application.ports import Clerk, Clock, Connection, Platform
from scanner_app.domain.passes import Pass
from scanner_app.sync.connectivity import Connectivity


@dataclass(frozen=True, slots=True)
class Line:
    """An account, its platform, the store, the clock, and what is believed of the network between them."""

    config: AccountConfig
    platform: Platform
    clerk: Clerk
    clock: Clock
    connectivity: Connectivity

    @classmethod
    def open(cls, config: AccountConfig, platform: Platform, clerk: Clerk, clock: Clock) -> Line:
        """Return a line of which nothing is known yet."""
        connectivity = Connectivity(config.id, platform.check, clock, rest=platform.at_rest)
        return cls(config, platform, clerk, clock, connectivity)

    @property
    def account(self) -> str:
        """The account's id."""
        return self.config.id

    @property
    def blocked(self) -> bool:
        """Whether nothing but a probe should be sent."""
        return self.connectivity.state in (Connection.OFFLINE, Connection.UNAUTHORISED)

    def monotonic(self) -> float:
        """Return seconds that never jump."""
        return self.clock.now().monotonic


class LineOracle:
    """`application.find.Oracle` over a line: every look-up also tells whether the network is up."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def believed_up(self) -> bool:
        """Return whether asking is worth a guest's time."""
        return self._line.connectivity.believed_up()

    def lookup(self, text: str, deadline: float) -> list[Pass]:
        """Return what the platform knows of a text; raises PlatformTrouble. Deadline in seconds."""
        return self._line.connectivity.ask(lambda: self._line.platform.lookup(text, deadline))
