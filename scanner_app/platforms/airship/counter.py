"""Airship's box office. Plain names are fields; what the contract calls by name goes where it belongs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from scanner_app.application.ports import Issued
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.domain.passes import Pass
from scanner_app.platforms.airship.office import Office, Ref
from scanner_app.platforms.fields import a_list, an_object
from scanner_app.platforms.naming import not_possible, the_one
from scanner_app.platforms.strict_json import Json

WHOLE = frozenset({"headers", "fields", "locations", "beacons", "publicUrl", "semantics", "universalLinks", "nfc"})
"""Members of a request's body; a value of one of these names is taken as it is."""
HEADERS = frozenset({"barcode_value", "barcodeAltText", "expirationDate", "relevantDate", "logo_text"})
"""Headers that may be set by their plain names."""


class AirshipCounter:
    """Implements `ports.Counter`. A template is named by its number, or by its external id."""

    def __init__(self, office: Office, lookup: Callable[[str, float], Sequence[Pass]]) -> None:
        self._office, self._lookup = office, lookup

    def create(self, template: str, values: Mapping[str, object]) -> Issued:
        """Make a pass; `externalId` is its own id."""
        rest = dict(values)
        external = str(rest.pop("externalId", ""))
        owner = {"template": template} if template.isdecimal() else {"template_external": template}
        made = self._office.create(body(rest), external=external, **owner)
        return Issued(made.uid, made.external, made.public_url or made.url)

    def update(self, name: str, values: Mapping[str, object]) -> str:
        """Change what is named and wait until it is changed; `tags` and `addLocations` are added.

        `template`: the pass is that template's with this external id. `templates`: those of several passes with one
        external id that are changed together. `deleteLocations`: ids as Airship has them.
        """
        rest = dict(values)
        template, several = str(rest.pop("template", "")), _listed(rest.pop("templates", None), "templates")
        ref = Ref(external=name, template=template) if template or several else self._named(name)
        self._places(ref, rest)
        tags = rest.pop("tags", None)
        if tags is not None:
            self._office.add_tags(ref, _listed(tags, "tags"))
        if rest:
            self._office.update(ref, body(rest), templates=several)
        return ""

    def _places(self, ref: Ref, rest: dict[str, object]) -> None:
        """Add and take off single locations; `locations` itself would replace them all."""
        added, gone = rest.pop("addLocations", None), _listed(rest.pop("deleteLocations", None), "deleteLocations")
        if not all(each.isdecimal() for each in gone):
            raise SettingsTrouble("option_invalid", f"deleteLocations: {', '.join(gone)}")
        if added is not None:
            self._office.add_locations(ref, [an_object(each, "location") for each in a_list(added, "addLocations")])
        for each in gone:
            self._office.delete_location(ref, int(each))

    def mark(self, name: str, *, voided: bool) -> None:
        """Void a pass, or take that back."""
        self._office.mark(self._named(name), voided=voided)

    def delete(self, name: str) -> None:
        """Delete a pass from the system; the phone keeps it."""
        self._office.delete(self._named(name))

    def push(self, name: str, words: str) -> str:
        """There is no such call."""
        raise not_possible("airship", "not_in_contract")

    def _named(self, name: str) -> Ref:
        return Ref(the_one(name, self._lookup).uid)


def _listed(value: object, name: str) -> list[str]:
    """Return words separated by commas, or a list, as texts."""
    if value is None:
        return []
    each = value.split(",") if isinstance(value, str) else a_list(value, name)
    return [str(one).strip() for one in each if str(one).strip()]


def body(values: Mapping[str, object]) -> dict[str, Json]:
    """Return the request's body."""
    whole: dict[str, Json] = {name: value for name, value in values.items() if name in WHOLE}
    plain = {name: {"value": value} for name, value in values.items() if name not in WHOLE}
    for where, names in (("headers", HEADERS & set(plain)), ("fields", set(plain) - HEADERS)):
        if names:
            given = an_object(whole.get(where), where)
            whole[where] = {**given, **{name: plain[name] for name in sorted(names)}}
    return whole
