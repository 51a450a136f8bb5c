"""Faults on order: per route, some times or at some rate.

A fault is written `METHOD PATTERN=KIND[:RATE][,name=value...]`; `*` in the method or pattern stands for anything, also
for slashes. Names: times (so often, then never again), after (so many requests are served well first), ms (delay,
drip), retry_after (seconds), header (which header carries the wait), location (redirect), mb (bomb).
"""

import random
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

KINDS = {
    "delay": "the answer comes ms milliseconds late",
    "drip": "the body comes byte by byte, ms milliseconds apart",
    "429": "too many requests, with Retry-After (or the header named) if retry_after is given",
    "500": "internal server error, as HTML",
    "503": "service unavailable, as HTML",
    "401": "the key is refused",
    "403": "the key may not do this",
    "html": "200 with a web page, as a captive portal does",
    "redirect": "302 to location",
    "truncated": "half of the body, then the connection ends",
    "cut_body": "half of the body, with a Content-Length that fits: the JSON is broken",
    "short_list": "valid JSON in which half of the results and the next page are missing",
    "drop": "the connection ends before the request is served",
    "drop_after": "the request is served, then the connection ends with no answer",
    "stream_error": "half of the lines of newline-delimited JSON, then an error among them",
    "gzip": "the body comes gzipped, asked for or not",
    "bomb": "mb megabytes of zeros, gzipped",
}
NUMBERS = {"times": int, "after": int, "ms": int, "mb": int, "retry_after": float, "rate": float}


@dataclass
class Misbehaviour:
    """One fault: which requests, what, how often."""

    route: str
    kind: str
    rate: float = 1.0
    times: int | None = None
    after: int = 0
    ms: int = 1000
    mb: int = 64
    retry_after: float | None = None
    header: str = "Retry-After"
    location: str = "http://portal.invalid/login"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown misbehaviour {self.kind!r}; known: {', '.join(KINDS)}")
        if not 0.0 <= self.rate <= 1.0:
            raise ValueError(f"rate must lie between 0 and 1, not {self.rate}")
        self._method, _, self._pattern = self.route.rpartition(" ")

    def fits(self, method: str, path: str) -> bool:
        """True if this fault concerns the request."""
        return fnmatchcase(method, self._method or "*") and fnmatchcase(path, self._pattern)


@dataclass
class Misbehaviours:
    """The faults in force; the first that fits and strikes is the one that happens."""

    faults: list[Misbehaviour] = field(default_factory=list)
    dice: random.Random = field(default_factory=lambda: random.Random(7))

    def strike(self, method: str, path: str) -> Misbehaviour | None:
        """The fault for this request, counted down; None when it is to be served well."""
        for fault in self.faults:
            if fault.fits(method, path) and self._strikes(fault):
                return fault
        return None

    def _strikes(self, fault: Misbehaviour) -> bool:
        if fault.after > 0:
            fault.after -= 1
            return False
        if fault.times == 0 or (fault.rate < 1.0 and self.dice.random() >= fault.rate):
            return False
        if fault.times is not None:
            fault.times -= 1
        return True


def parse(text: str) -> Misbehaviour:
    """A fault from its written form; ValueError says what is wrong."""
    route, separator, what = text.partition("=")
    if not separator:
        raise ValueError(f"expected METHOD PATTERN=KIND, got {text!r}")
    head, *options = what.split(",")
    kind, _, rate = head.partition(":")
    values: dict[str, object] = {"route": route.strip(), "kind": kind.strip(), "rate": rate or 1.0}
    for option in options:
        name, _, value = option.partition("=")
        values[name.strip()] = value
    return from_values(values)


def from_values(values: dict[str, object]) -> Misbehaviour:
    """A fault from named values, as the control route takes them; ValueError says what is wrong."""
    known = set(Misbehaviour.__dataclass_fields__)
    if unknown := set(values) - known:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(sorted(known))}")
    ready = {name: NUMBERS[name](str(value)) if name in NUMBERS else str(value) for name, value in values.items()}
    if not {"route", "kind"} <= set(ready):
        raise ValueError("route and kind are needed")
    return Misbehaviour(**ready)  # type: ignore[arg-type]  # each value was made by its own field's type above
