"""What a venue's kiosk does when no hub decides: the options that `hub join` and `hub rule` share."""

from __future__ import annotations

import argparse
import math
from dataclasses import replace

from scanner_app.application.config import VenueConfig
from scanner_app.application.venue_rule import VenueRule
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.venue.rule import SPACE, part

LONGEST = 10.0
"""Seconds a guest may be kept waiting for the hubs at most (venue.md, 9)."""


def add_rule_options(parser: argparse.ArgumentParser) -> None:
    """Add what may be said beside the rule itself."""
    parser.add_argument(
        "--share", type=_share, metavar="N/M", help="reserved: this door's part, as 2/4 for the second of four doors"
    )
    parser.add_argument("--guests", type=_count, metavar="N", help="open: how many it lets in alone (default: 200)")
    parser.add_argument("--minutes", type=_positive, metavar="N", help="open: for how long (default: 30)")
    parser.add_argument("--wait", type=_wait, metavar="SECONDS", help="how long a guest waits for a hub (default: 2)")


def with_rule(config: VenueConfig, args: argparse.Namespace) -> VenueConfig:
    """Return a kiosk's part in its venue as the options have it; what they do not name stays.

    SettingsTrouble for `reserved` without a share: such a door would let nobody in.
    """
    changed = replace(
        config,
        rule=args.rule,
        share=config.share if args.share is None else args.share,
        cap_count=config.cap_count if args.guests is None else args.guests,
        cap_minutes=config.cap_minutes if args.minutes is None else args.minutes,
        deadline=config.deadline if args.wait is None else args.wait,
    )
    if changed.rule == VenueRule.RESERVED and changed.share[0] >= changed.share[1]:
        raise SettingsTrouble("share_missing")
    return changed


def told(config: VenueConfig) -> dict[str, object]:
    """Return what is told of a kiosk's part in its venue."""
    own: dict[VenueRule, dict[str, object]] = {
        VenueRule.OPEN: {"guests": config.cap_count, "minutes": config.cap_minutes},
        VenueRule.RESERVED: {"share": f"{config.share[0]}..{config.share[1]} of {SPACE}"},
    }
    named = {"venue": config.name, "kiosk": config.kiosk, "rule": config.rule, "wait": config.deadline}
    return {**named, **own.get(VenueRule(config.rule), {})}


def _share(text: str) -> tuple[int, int]:
    number, _, of = text.partition("/")
    try:
        return part(int(number), int(of))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no share like 2/4") from error


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of guests")
    return int(text)


def _positive(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not 0 < found < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above zero")
    return found


def _wait(text: str) -> float:
    seconds = _positive(text)
    if seconds > LONGEST:
        raise argparse.ArgumentTypeError(f"{text!r}: no guest waits longer than {LONGEST:g} seconds")
    return seconds
