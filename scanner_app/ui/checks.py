"""Is this door ready? Every check, how it stands and what to do: for the screen and `scanner-app status`. No Qt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from scanner_app.application.config import Settings
from scanner_app.application.devices import ReaderReport
from scanner_app.application.events import AccountStatus, DeviceState, Status
from scanner_app.application.ports import Connection
from scanner_app.domain.place import Policy
from scanner_app.ui import moments, texts, venue_words
from scanner_app.ui.plain import visible

CLOCK_LIMIT = 30.0
LIST_LIMIT = 900.0
LOW_DISK, SCARCE_DISK = 500 * 1024**2, 2 * 1024**3
"""Bytes free below which admissions are soon refused, and below which somebody should make room."""
ACROSS_DOORS = frozenset({Policy.ONCE, Policy.COUNTED, Policy.IN_OUT})
"""Policies that depend on what other doors admitted."""


class Tone(StrEnum):
    """How a check stands."""

    GOOD = "good"
    WARN = "warn"
    DANGER = "danger"
    NOTE = "ink_soft"  # so it is; nothing to do


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the readiness screen. `name` is its key in the catalogue."""

    name: str
    tone: Tone
    says: str
    advice: str = ""


def ready(checks: list[Check]) -> bool:
    """Return whether nothing stands in the way of opening the door."""
    return all(check.tone is not Tone.DANGER for check in checks)


def checks(
    status: Status,
    settings: Settings,
    camera: DeviceState | None,
    readers: Sequence[ReaderReport] = (),
    *,
    closed: bool = False,
) -> list[Check]:
    """Return every check, in the order in which people set right what is wrong.

    `camera`, `readers`: as the program that runs them knows them; None and () where it has none.
    `closed`: whether no door runs at all.
    """
    return [
        _place(settings),
        *_passes(status),
        _sent(status),
        _conflicts(status),
        *_name(status),
        *_venue(status),
        _clock(status),
        *_disk(status),
        *_store(status),
        *_camera(settings, camera, closed=closed),
        *map(_reader, readers),
        *_limits(settings),
    ]


def by_weight(found: Sequence[Check]) -> list[Check]:
    """Return the checks, what is worst first."""
    order = (Tone.DANGER, Tone.WARN, Tone.GOOD, Tone.NOTE)
    return sorted(found, key=lambda check: order.index(check.tone))


def _place(settings: Settings) -> Check:
    place = settings.current_place
    if place is None:
        return Check("place", Tone.DANGER, texts.sentence("settings_no_place"), texts.admin("settings_no_place"))
    return Check("place", Tone.GOOD, f"{place.name} · {texts.word(f'policy.{place.policy.value}')}")


def _passes(status: Status) -> Iterator[Check]:
    for account in status.accounts:
        yield _account(account)
        yield _held(account)
    age = status.cache_age
    if age is None:
        yield Check("list", Tone.DANGER, texts.word("strip.never"), texts.word("ready.sync_now"))
    else:
        old = age > LIST_LIMIT
        advice = texts.word("ready.sync_now") if old else ""
        yield Check("list", Tone.WARN if old else Tone.GOOD, texts.word("strip.synced", ago=moments.ago(age)), advice)


def _account(account: AccountStatus) -> Check:
    if account.trouble:
        return Check("account", Tone.DANGER, texts.sentence(account.trouble), texts.admin(account.trouble))
    if account.connection is Connection.UNAUTHORISED:
        code = "platform_unauthorised"
        return Check("account", Tone.DANGER, texts.sentence(code), texts.admin(code))
    if account.connection is Connection.OFFLINE:
        code = "platform_unreachable"
        return Check("account", Tone.WARN, texts.sentence(code), texts.admin(code))
    if account.connection is Connection.UNKNOWN:
        return Check("account", Tone.NOTE, f"{account.platform} · {texts.word('ready.not_asked')}")
    says = texts.word("ready.key_good")
    return Check("account", Tone.GOOD, f"{account.platform} · {texts.word('strip.online')} · {says}")


def _held(account: AccountStatus) -> Check:
    held = texts.number(account.held)
    total = "?" if account.platform_total is None else texts.number(account.platform_total)
    says = texts.word("ready.held", held=held, total=total)
    if not account.complete:
        return Check("passes", Tone.DANGER, says, texts.word("ready.loading"))
    differs = account.platform_total is not None and account.platform_total != account.held
    return Check("passes", Tone.WARN if differs else Tone.GOOD, says, texts.word("ready.differs") if differs else "")


def _sent(status: Status) -> Check:
    if status.refused:
        says = texts.plural("strip.refused", status.refused)
        return Check("unsent_name", Tone.WARN, says, texts.admin("upload_refused"))
    if status.unsent:
        says = texts.plural("strip.unsent", status.unsent)
        return Check("unsent_name", Tone.WARN, says, texts.word("ready.unsent"))
    return Check("unsent_name", Tone.GOOD, texts.word("strip.sent"))


def _conflicts(status: Status) -> Check:
    if status.conflicts:
        says = texts.plural("strip.conflicts", status.conflicts)
        return Check("conflicts", Tone.WARN, says, texts.admin("upload_contested"))
    return Check("conflicts", Tone.GOOD, texts.word("ready.no_conflicts"))


def _name(status: Status) -> Iterator[Check]:
    """A name of its own is what people tell kiosks apart by."""
    if status.same_name:
        yield Check("name", Tone.WARN, texts.sentence("same_name"), texts.admin("same_name"))
    if status.copied_from:
        says = texts.sentence("copied_folder", detail=visible(status.copied_from))
        yield Check("name", Tone.WARN, says, texts.admin("copied_folder"))


def _venue(status: Status) -> Iterator[Check]:
    venue = status.venue
    if venue is None:
        return
    rule = venue_words.in_force(venue)
    if venue_words.alone(venue):
        yield Check("venue", Tone.WARN, texts.word("ready.hub_away", rule=rule), venue_words.why_alone(venue))
    else:
        yield Check("venue", Tone.GOOD, texts.word("ready.hub_reached", rule=rule))
    if venue.alarms:
        says = f"{texts.word('venue.alarms')}: {texts.number(venue.alarms)}"
        yield Check("venue", Tone.WARN, says, texts.word("venue.alarm.advice"))


def _clock(status: Status) -> Check:
    off = status.clock_offset
    if off is None:
        return Check("clock", Tone.WARN, texts.word("ready.clock_unknown"), texts.word("ready.sync_now"))
    if abs(off) > CLOCK_LIMIT:
        says = texts.word("strip.clock", span=moments.span(off))
        return Check("clock", Tone.DANGER, says, texts.admin("clock_off"))
    return Check("clock", Tone.GOOD, texts.word("ready.clock_right"))


def _disk(status: Status) -> Iterator[Check]:
    free = status.disk_free
    if status.cannot_record:
        yield Check("disk", Tone.DANGER, texts.sentence(status.cannot_record), texts.admin(status.cannot_record))
        return
    if free is None:
        return
    says = texts.word("ready.disk_free", size=texts.number(free / 1024**3, 1))
    if free < SCARCE_DISK:
        tone = Tone.DANGER if free < LOW_DISK else Tone.WARN
        yield Check("disk", tone, says, texts.admin("storage_full"))
    else:
        yield Check("disk", Tone.GOOD, says)


def _store(status: Status) -> Iterator[Check]:
    if status.cannot_record:
        return  # each of them says that scans are recorded all the same
    for code in status.store_troubles:
        yield Check("disk", Tone.WARN, texts.sentence(code), texts.admin(code))


def _reader(reader: ReaderReport) -> Check:
    name = visible(reader.source)
    if reader.state in (DeviceState.RUNNING, DeviceState.ENDED):
        return Check("reader", Tone.GOOD, f"{name} · {texts.word('readers.state.on')}")
    if reader.state is DeviceState.OPENING:
        return Check("reader", Tone.NOTE, f"{name} · {texts.word('readers.state.opening')}")
    code = reader.state.code
    return Check("reader", Tone.WARN, f"{name} · {texts.headline(code)}", texts.device_help(code))


def _limits(settings: Settings) -> Iterator[Check]:
    """Rules that hold only as far as this kiosk can see while there is no network."""
    place = settings.current_place
    if place is None:
        return
    if place.policy in ACROSS_DOORS and settings.venue is None:
        yield Check("offline", Tone.NOTE, texts.word("ready.offline.doors"))
    if place.policy is Policy.STORED_VALUE:
        yield Check("offline", Tone.NOTE, texts.word("ready.offline.value"))
    if place.confirm:
        yield Check("offline", Tone.NOTE, texts.word("ready.offline.confirm"))


def _camera(settings: Settings, camera: DeviceState | None, *, closed: bool) -> Iterator[Check]:
    if settings.devices.readers_only and not closed:
        return
    if camera is None:
        yield Check("camera", Tone.NOTE, texts.word("ready.camera_closed" if closed else "device.missing"))
        return
    says = texts.word(f"device.{camera.value}")
    if camera in (DeviceState.RUNNING, DeviceState.ENDED):
        yield Check("camera", Tone.GOOD, says)
        return
    tone = Tone.WARN if settings.devices.wedge else Tone.DANGER  # a hand scanner can do the work
    yield Check("camera", tone, says, texts.device_help(camera.code if camera.away else "device_missing"))
