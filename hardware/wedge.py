"""Keyboard scanners told from people: a burst of quick keys with a terminator is a scan, everything else is typing.

Pure: fed with characters and times, it says of each key whether to hold it, let it through, or take a whole scan. The
window that feeds it keeps held keys and replays them when they turn out to be typing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from hardware.keyboard_layouts import translate

# Scanners send a key every 1 to 20 ms; 35 ms between keys is beyond the fastest typists' sustained pace.
PAUSE_S = 0.035
SHORTEST = 4
# Nobody types four keys so quickly in a row: what follows them soon is the same scanner's. Radio ones send again what
# was not heard, and a busy computer stamps keys late. Torn, the rest of a scan was taken for a code of its own.
HICCUP_S = 0.12
# A credential longer than this is refused as unreadable anyway; one more character lets it be recognised as too long.
LONGEST = 4097


class Fate(Enum):
    """What is to become of a key."""

    PASS = "pass"  # noqa: S105  typing: let it through, with whatever was held
    HOLD = "hold"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Decision:
    """The word on one key; `text` and `source` with DONE only."""

    fate: Fate
    text: str = field(default="", repr=False)
    source: str = ""


@dataclass(frozen=True, slots=True)
class WedgeProfile:
    """One scanner as its owner set it up: what it types before and after each scan, and by which layout."""

    name: str = "wedge"
    prefix: str = ""
    suffix: str = ""
    layout: str = "us"


class Wedge:
    """Assembles scans. `computer_layout` is how the computer reads keys; the profile whose marks fit is the source."""

    def __init__(
        self,
        profiles: tuple[WedgeProfile, ...] = (WedgeProfile(),),
        *,
        computer_layout: str = "us",
        pause: float = PAUSE_S,
        shortest: int = SHORTEST,
    ) -> None:
        # The longest marks first: a profile without any would take everybody's scans.
        self._profiles = sorted(profiles, key=lambda p: len(p.prefix) + len(p.suffix), reverse=True)
        self._computer = computer_layout
        self._shortest = shortest
        self._pause = pause
        self._held: list[str] = []
        self._last = 0.0
        self._done_at: float | None = None

    @property
    def pause(self) -> float:
        """Seconds without a key that end what is held."""
        return max(self._pause, HICCUP_S) if len(self._held) >= self._shortest else self._pause

    def feed(self, text: str, at: float, *, terminator: bool) -> Decision:
        """One key: its character (any, also hyphens, control and non-ASCII ones), monotonic seconds, Enter or Tab."""
        if self._held and at - self._last > self.pause:
            self._held = []  # a pause: what was held is typing, and was replayed or is now
        self._last = at
        if terminator:
            return self._end(at)
        self._done_at = None
        if len(self._held) < LONGEST:
            self._held.append(text)
        return Decision(Fate.HOLD)

    def give_up(self) -> None:
        """Forget what is held: the pause has passed and it is being replayed as typing."""
        self._held = []

    def _end(self, at: float) -> Decision:
        held, self._held = "".join(self._held), []
        if not held:
            return self._second_terminator(at)
        if len(held) < self._shortest:
            return Decision(Fate.PASS)
        found = self._identify(held)
        if found is None:
            return Decision(Fate.PASS)
        self._done_at = at
        return found

    def _second_terminator(self, at: float) -> Decision:
        """CR LF, or Enter and Tab: what closely follows the end of a scan belongs to it and presses no button."""
        if self._done_at is not None and at - self._done_at <= self.pause:
            return Decision(Fate.DONE)
        return Decision(Fate.PASS)

    def _identify(self, held: str) -> Decision | None:
        for profile in self._profiles:
            text = translate(held, scanner=profile.layout, computer=self._computer)
            marks = len(profile.prefix) + len(profile.suffix)
            if len(text) > marks and text.startswith(profile.prefix) and text.endswith(profile.suffix):
                return Decision(Fate.DONE, text[len(profile.prefix) : len(text) - len(profile.suffix)], profile.name)
        return None
