"""Pass templates: what a pass made from them may carry, and which rules apply to it."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from scanner_app.sandbox.store import Row, Store


@dataclass(frozen=True)
class Property:
    """An additional property: personalised data of each pass."""

    id: str
    name: str
    unique: bool = False


@dataclass(frozen=True)
class Template:
    """A pass template; `own` is false for another customer's.

    custom_numbers: range from which a barcode is taken when none is given; max_passes: None means no limit;
    scan_costs: what a use takes off the stored value (a stamp card, a prepaid ticket), never below zero;
    mail: an e-mail template for ad hoc submission is set; data_format: passes show their fields in passData.
    """

    id: str
    name: str
    own: bool = True
    pass_type: str = "eventTicket"  # noqa: S105  # a kind of pass, no password
    transit_type: str = ""
    properties: tuple[Property, ...] = ()
    places: tuple[str, ...] = ()
    max_passes: int | None = None
    unique_user_id: bool = False
    custom_numbers: tuple[int, int] | None = None
    scan_costs: float = 0.0
    grouping: bool = True
    mail: bool = True
    data_format: bool = False
    localized_page: bool = True
    generic: dict[str, str] = field(default_factory=dict)

    @property
    def is_flight(self) -> bool:
        """True if the flight boarding pass rules apply."""
        return (self.pass_type, self.transit_type) == ("boardingPass", "PKTransitTypeAir")

    def property_id(self, key: str) -> str | None:
        """The id of the property named by this key (a name or an id)."""
        return next((each.id for each in self.properties if key in (each.id, each.name)), None)


def save(store: Store, template: Template, position: int) -> None:
    """Keep a template."""
    settings = asdict(template)
    row = {
        "id": template.id,
        "name": template.name,
        "own": int(template.own),
        "position": position,
        "settings_json": json.dumps(settings),
    }
    store.insert("pc_template", row)


def from_row(row: Row) -> Template:
    """The template that a row holds."""
    values: dict[str, Any] = json.loads(row["settings_json"])
    values["properties"] = tuple(Property(**each) for each in values["properties"])
    values["places"] = tuple(values["places"])
    if values["custom_numbers"] is not None:
        values["custom_numbers"] = tuple(values["custom_numbers"])
    return Template(**values)


def find(store: Store, template_id: str) -> Template | None:
    """A template by its id, whoever owns it."""
    row = store.row("SELECT * FROM pc_template WHERE id=?", [template_id])
    return from_row(row) if row else None


def owned(store: Store) -> list[Template]:
    """The customer's templates in their order."""
    return [from_row(row) for row in store.rows("SELECT * FROM pc_template WHERE own=1 ORDER BY position")]
