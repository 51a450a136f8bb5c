"""PassKit's box office. Dotted names go into objects: `person.surname` is the surname of the person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from scanner_app.application.ports import Issued
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.domain.passes import Pass
from scanner_app.platforms.naming import not_possible, the_one
from scanner_app.platforms.passkit.calls import Kind
from scanner_app.platforms.passkit.office import Office
from scanner_app.platforms.strict_json import Json

Lookup = Callable[[str, float], Sequence[Pass]]


class PassKitCounter:
    """Implements `ports.Counter`; `kind_of` tells what a production, campaign or program issues."""

    def __init__(self, office: Office, lookup: Lookup, kind_of: Callable[[str], Kind]) -> None:
        self._office, self._lookup, self._kind_of = office, lookup, kind_of

    def create(self, template: str, values: Mapping[str, object]) -> Issued:
        """Make a ticket, coupon or member."""
        return Issued(self._office.create(self._kind_of(template), template, nested(values)))

    def update(self, name: str, values: Mapping[str, object]) -> str:
        """Change what is named."""
        kind, uid = self._named(name)
        self._office.update(kind, uid, nested(values))
        return ""

    def mark(self, name: str, *, voided: bool) -> None:
        """Redeem a ticket, void a coupon; both are final. The contract voids no members."""
        if not voided:
            raise not_possible("passkit", "redeem_is_final")
        kind, uid = self._named(name)
        if kind is Kind.MEMBER:
            raise not_possible("passkit", "members_expire_only")
        self._office.spend(kind, uid)

    def delete(self, name: str) -> None:
        """Delete a ticket or member, void a coupon."""
        self._office.delete(*self._named(name))

    def push(self, name: str, words: str) -> str:
        """There is no such call."""
        raise not_possible("passkit", "not_in_contract")

    def _named(self, name: str) -> tuple[Kind, str]:
        found = the_one(name, self._lookup)
        return self._kind_of(found.template), found.uid


def nested(values: Mapping[str, object]) -> dict[str, Json]:
    """Return names with dots as objects within objects; SettingsTrouble where a name is both."""
    whole: dict[str, Json] = {}
    for name, value in values.items():
        *outer, last = name.split(".")
        where = whole
        for part in outer:
            where = where.setdefault(part, {})
            if not isinstance(where, dict):
                raise SettingsTrouble("option_invalid", name)
        if isinstance(where.get(last), dict) and isinstance(value, dict):
            where[last] = {**where[last], **value}
        else:
            where[last] = value
    return whole
