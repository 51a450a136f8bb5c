"""Passes made on the spot: what to ask for, and our own id where each contract has a name for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from scanner_app.application.ports import DayCount, Figures, FormField, Issued, Platform
from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.domain.passes import Pass
from scanner_app.platforms.fields import a_list, an_object, flag, needed, text
from scanner_app.platforms.passcreator.office import Office, TimeFrame
from scanner_app.platforms.passcreator.platform import PasscreatorPlatform
from scanner_app.platforms.passkit.calls import Kind
from scanner_app.platforms.passkit.platform import PassKitPlatform

OWN_ID: Mapping[str, Sequence[str]] = {
    "passcreator": ("userProvidedId",),
    "passentry": ("extId",),
    "passkit": ("externalId",),
    "airship": ("externalId", "barcode_value"),  # a door finds an Airship pass by the external id its barcode carries
}
"""Where an id of ours goes, so that a pass whose answer was lost can be found again."""
PERSON = ("person.forename", "person.surname", "person.emailAddress")
CLASS_FIELD = {Kind.TICKET: "ticketTypeId", Kind.MEMBER: "tierId", Kind.COUPON: "offerId"}
"""What PassKit wants beside the class: which type, tier or offer."""


def form(platform: Platform, template: str) -> list[FormField]:
    """Return what a new pass of a template may carry."""
    if isinstance(platform, PasscreatorPlatform):
        return _described(platform, template)
    if isinstance(platform, PassKitPlatform):
        return [FormField(name, name.rpartition(".")[2]) for name in (*PERSON, CLASS_FIELD[platform.issues(template)])]
    return _seen(platform, template)


def issue(platform: Platform, template: str, values: Mapping[str, str], external: str) -> Issued:
    """Make a pass under an id of ours."""
    named = dict.fromkeys(OWN_ID[platform.platform], external)
    if not isinstance(platform, PassKitPlatform):
        issued = platform.counter.create(template, {**values, **named})
        return replace(issued, barcode=issued.barcode or external)
    if platform.issues(template) is Kind.TICKET:
        named["ticketNumber"] = external
    issued = platform.counter.create(template, {**values, **named})
    return replace(issued, barcode=issued.barcode or external, page=issued.page or platform.page_of(issued.uid))


def figures(office: Office, template: str) -> Figures:
    """Return a month's timelines, the systems, and a week's active passes."""
    found = office.statistics(template, TimeFrame.MONTH)
    history = tuple(DayCount(d.date, d.active, d.inactive) for d in office.active_history(template))
    return Figures({name: tuple(points) for name, points in found.timelines.items()}, found.systems, history)


def _described(platform: PasscreatorPlatform, template: str) -> list[FormField]:
    """Seed 001 names the call that describes a template without showing it: passes have to do where it is not known."""
    try:
        rows = a_list(platform.template_fields(template), "fields")
    except PlatformTrouble as trouble:
        if trouble.kind is not PlatformKind.NOT_FOUND:
            raise
        return _seen(platform, template)
    found = [an_object(row, "field") for row in rows]
    return [FormField(needed(f, "key"), text(f, "label") or needed(f, "key"), flag(f, "required")) for f in found]


def _seen(platform: Platform, template: str) -> list[FormField]:
    """Return the fields that passes of the template carry, by its newest page."""
    streams = platform.streams()
    stream = template if template in streams else next(iter(streams), template)
    return _named(platform.page(stream, "", "").passes, template)


def _named(passes: Sequence[Pass], template: str) -> list[FormField]:
    keys = dict.fromkeys(key for each in passes if each.template == template for key in each.fields)
    return [FormField(key, key) for key in keys]
