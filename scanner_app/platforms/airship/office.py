"""What an office does with Airship passes. Bodies are the contract's own: headers, fields, locations, ..."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scanner_app.domain.errors import PlatformKind, PlatformTrouble
from scanner_app.platforms.airship.calls import Calls
from scanner_app.platforms.fields import a_list, an_object, needed, text, texts, whole
from scanner_app.platforms.strict_json import Json

MOST_TAGS = 15


@dataclass(frozen=True, slots=True)
class Ref:
    """Which pass: by its own id, by external id, or by template and external id."""

    uid: str = ""
    external: str = ""
    template: str = ""

    @property
    def path(self) -> list[str]:
        """The segments that name it."""
        if self.uid:
            return ["pass", self.uid]
        if not self.external:
            raise PlatformTrouble(PlatformKind.REFUSED, "no_pass", sent=False)
        owner = ["template", self.template] if self.template else []
        return ["pass", *owner, "id", self.external]


@dataclass(frozen=True, slots=True)
class Created:
    """A new pass. Creation answers ids as numbers, everything else as texts; here they are texts."""

    uid: str
    external: str
    url: str
    public_url: str


class Office:
    """The calls that no door needs."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def create(
        self, body: Mapping[str, Json], *, template: str = "", template_external: str = "", external: str = ""
    ) -> Created:
        """Make a pass from a template by its id or its external id, with or without an external id of its own."""
        if bool(template) == bool(template_external):
            raise PlatformTrouble(PlatformKind.REFUSED, "one_template", sent=False)
        if template_external:
            path = ["pass", "id", template_external, *(["id", external] if external else [])]
        else:
            path = ["pass", "template", template, "id", external] if external else ["pass", template]
        found = an_object(self._calls.ask("POST", path, dict(body), ok=(200, 201)).json(), "pass")
        public = an_object(found.get("publicUrl"), "publicUrl")
        named = text(found, "externalId") or external
        return Created(needed(found, "id"), named, text(found, "url"), text(public, "path"))

    def update(self, ref: Ref, body: Mapping[str, Json], *, templates: Sequence[str] = ()) -> None:
        """Change a pass and wait until it is changed; locations are replaced as a whole.

        `templates`: needed where one external id names several passes.
        """
        named = {"templates": [int(each) for each in templates]} if templates else {}
        if not self._calls.follow(self._calls.change(ref.path, {**body, **named})):
            raise PlatformTrouble(PlatformKind.NONSENSE, "the ticket does not tell whether it was done")

    def mark(self, ref: Ref, *, voided: bool) -> None:
        """Void a pass, or take that back."""
        self.update(ref, {"headers": {"expirationDate": {"label": "voided" if voided else "valid"}}})

    def delete(self, ref: Ref) -> None:
        """Delete a pass from the system; the phone keeps it."""
        found = an_object(self._calls.ask("DELETE", ref.path, ok=(200, 201)).json(), "answer")
        if text(found, "status") != "deleted":
            raise PlatformTrouble(PlatformKind.NONSENSE, "not deleted")

    def add_locations(self, ref: Ref, locations: Sequence[Mapping[str, Json]]) -> list[int]:
        """Add locations; return their ids."""
        body = {"locations": [dict(each) for each in locations]}
        rows = a_list(self._calls.ask("POST", [*ref.path, "locations"], body).json(), "locations")
        ids = [whole(an_object(row, "location"), "passLocationId") for row in rows]
        return [each for each in ids if each is not None]

    def delete_location(self, ref: Ref, location: int) -> None:
        """Take one location off."""
        self._calls.ask("DELETE", [*ref.path, "location", str(location)])

    def add_tags(self, ref: Ref, tags: Sequence[str]) -> tuple[str, ...]:
        """Put tags on a pass, at most 15; return those that are new."""
        if len(tags) > MOST_TAGS:
            raise PlatformTrouble(PlatformKind.REFUSED, "tag_count", sent=False)
        return texts(
            an_object(self._calls.ask("PUT", [*ref.path, "tags"], {"tags": list(tags)}).json(), "tags"), "newTags"
        )
