"""The venue in words, for the window and for the hub's page. Needs no Qt. Names of doors are foreign text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scanner_app.application.hub import HubState
from scanner_app.application.venue_rule import VenueRule
from scanner_app.application.venue_view import AlarmView, BoxState, DoorState, DoorView, TwiceView, VenueView
from scanner_app.ui import moments, texts
from scanner_app.ui.plain import visible

CLOCK_LIMIT = 2.0
"""Seconds off the hub's clock from which a supervisor is told (venue.md, 9)."""
BEHIND_LIMIT = 100
SHUT_OUT = "refused"
TOLD = frozenset({SHUT_OUT, "untrusted", "not_in_roster", "enrolment_missing"})
"""Why a kiosk is on its own, where its administrator can do something about it here."""
TONES = {DoorState.ONLINE: "good", DoorState.ISOLATED: "warn", DoorState.SILENT: "danger", DoorState.UNKNOWN: ""}
BOX_TONES = {BoxState.LEADER: "good", BoxState.READY: "good", BoxState.BEHIND: "warn", BoxState.AWAY: "danger"}
_ORDER = (DoorState.SILENT, DoorState.ISOLATED, DoorState.UNKNOWN, DoorState.ONLINE)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list. `tone`: good, warn, danger or ''."""

    title: str
    below: str
    tone: str = ""
    end: str = ""


def doors(view: VenueView) -> list[Line]:
    """Return the doors, those in trouble first; one that was never heard and did nothing comes last."""

    def rank(door: DoorView) -> tuple[int, str]:
        never = door.state is DoorState.SILENT and door.heard is None and not (door.admitted or door.alone)
        return (len(_ORDER) if never else _ORDER.index(door.state), door.kiosk)

    return [_door(door) for door in sorted(view.doors, key=rank)]


def _door(door: DoorView) -> Line:
    title = " · ".join(visible(text) for text in (door.kiosk, door.name) if text)
    count = texts.number(door.admitted + door.alone + door.overrides)
    return Line(title, " · ".join(_says(door)), TONES[door.state], count)


def _says(door: DoorView) -> list[str]:
    said = [texts.word(f"venue.state.{door.state.value}")]
    if door.isolated_for is not None:
        said.append(texts.word("venue.for", span=moments.span(door.isolated_for)))
    if door.state is DoorState.SILENT and door.heard is not None:
        said.append(texts.word("venue.heard", ago=moments.ago(door.heard)))
    behind = door.behind if door.behind > BEHIND_LIMIT else 0
    for key, count in (("to_tell", door.provisional), ("alone", door.alone), ("behind", behind)):
        if count:
            said.append(texts.word(f"venue.{key}", count=texts.number(count)))
    if door.offset is not None and abs(door.offset) > CLOCK_LIMIT:
        said.append(texts.word("venue.clock", span=moments.span(door.offset)))
    said.append(texts.word("venue.per_five", count=texts.number(door.flow)))
    if door.rule is not None:
        said.append(rule(door.rule))
    if door.refused is not None:
        said.append(f"{texts.word('venue.refused')} {texts.number(door.refused)}")
    return said


def rule(which: VenueRule) -> str:
    """Return what a door does when no hub decides."""
    return texts.word(f"venue.rule.{which.value}")


def boxes(view: VenueView) -> list[Line]:
    """Return the hubs."""
    return [
        Line(visible(box.name), texts.word(f"venue.box.{box.state.value}"), BOX_TONES[box.state]) for box in view.boxes
    ]


def standing(view: VenueView) -> tuple[str, str]:
    """Return whether the hubs decide, in words and as a tone."""
    if not view.connected:
        return texts.word("venue.cut_off"), "danger"
    return (texts.word("venue.led"), "good") if view.led else (texts.word("venue.not_led"), "danger")


def twice(view: VenueView) -> list[str]:
    """Return the passes admitted twice, newest first: places and times, no guest's name."""
    return [_twice(one) for one in view.twice]


def _twice(one: TwiceView) -> str:
    return texts.word(
        "venue.twice_line",
        door=visible(one.door),
        kiosk=visible(one.kiosk),
        at=moments.clock(one.at, seconds=True) if one.at else "?",
        first_door=visible(one.first_door),
        first_kiosk=visible(one.first_kiosk),
        first_at=moments.clock(one.first_at, seconds=True) if one.first_at else "?",
    )


def alarms(view: VenueView) -> list[str]:
    """Return the alarms, newest first."""
    return [_alarm(one) for one in view.alarms]


def _alarm(one: AlarmView) -> str:
    says = visible(texts.word(f"venue.alarm.{one.why}", kiosk=visible(one.kiosk)), 200)
    return f"{moments.clock(one.at)} · {says}" if one.at else says


def figures(view: VenueView) -> Sequence[tuple[str, str]]:
    """Return the figures on top: label and value."""
    return (
        (texts.word("venue.admitted"), texts.number(view.admitted)),
        (texts.word("venue.flow"), texts.number(view.flow)),
    )


def alone(state: HubState) -> str:
    """Return what stands on the door's own strip while no hub decides, '' while one does."""
    if state.connected and state.isolated_for is None:
        return ""
    return texts.word("strip.no_hub", rule=in_force(state))


def why_alone(state: HubState) -> str:
    """Return why no hub decides and what to do, as far as it is known here."""
    return texts.word(f"venue.trouble.{state.trouble}" if state.trouble in TOLD else "ready.hub_advice")


def in_force(state: HubState) -> str:
    """Return what this door does now when no hub decides."""
    if state.trouble == SHUT_OUT:
        return texts.word("venue.rule.shut_out")
    return texts.word("venue.rule.spent") if state.spent else rule(state.rule)
