"""Which pass an office means."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scanner_app.domain.errors import SettingsTrouble
from scanner_app.domain.passes import Pass

SECONDS = 10.0


def the_one(name: str, lookup: Callable[[str, float], Sequence[Pass]]) -> Pass:
    """Return the pass of this uid, else the only one that the platform knows by this name; SettingsTrouble else."""
    found = lookup(name, SECONDS)
    exact = [one for one in found if one.uid == name] or list(found)
    if not exact:
        raise SettingsTrouble("pass_unknown", name)
    if len(exact) > 1:
        raise SettingsTrouble("pass_several", ", ".join(one.uid for one in exact))
    return exact[0]


def not_possible(platform: str, reason: str) -> SettingsTrouble:
    """Return the error that says what a platform cannot do, and why (a reason of `Capabilities.missing`)."""
    return SettingsTrouble(f"cannot_{reason}", platform)
