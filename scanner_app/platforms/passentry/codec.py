"""PassEntry's passes and scans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from scanner_app.domain.passes import Direction, IdentifierKind, Pass, Use, by_time
from scanner_app.platforms import marks
from scanner_app.platforms.fields import a_list, an_object, instant, needed, text
from scanner_app.platforms.names import holder
from scanner_app.platforms.rows import barred
from scanner_app.platforms.strict_json import Json, nonsense

GOOD = frozenset({"successful", "success"})
"""Both spellings stand in the vendor's pages."""
STATUSES = frozenset({"issued", "active", "removed", "deactivated", "nullified"})


@dataclass(frozen=True, slots=True)
class Reading:
    """How one account's passes are read: `refused` are the statuses at which its doors say no."""

    account: str
    holder_fields: Sequence[str] = ()
    refused: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scanned:
    """One scan as listed. `mark` is None for scans that no door of this program reported.

    The reader's id is the place: its name is known only where it scanned or where an entity lists it, and a place here
    may be called otherwise. `named` is what people call it, '' where nobody tells.
    """

    id: str
    uid: str
    reader: str
    named: str
    value: str
    good: bool
    at: datetime | None
    mark: marks.Mark | None

    @property
    def use(self) -> Use | None:
        """The use it made of its pass, at the door's own time where that is known."""
        at = self.mark.at if self.mark else self.at
        if not self.good or at is None or (self.mark and not self.mark.admits):
            return None
        direction = self.mark.direction if self.mark else Direction.ENTRY
        device = self.mark.device if self.mark else self.named or self.reader
        return Use(self.reader, at, direction, device=device, named=self.named)


def resource(value: Json) -> Mapping[str, Json]:
    """Return the one resource of `data`; by extId some copies answer with a list of one."""
    data = an_object(value, "answer").get("data")
    if isinstance(data, list):
        if len(data) != 1:
            raise nonsense("not one resource")
        data = data[0]
    if not isinstance(data, dict):
        raise nonsense("no resource")
    return data


def read_pass(found: Json, reading: Reading, uses: Sequence[Use], seen_at: datetime | None) -> Pass:
    """Return one pass; `uses` come from the list of scans."""
    whole = an_object(found, "pass")
    said = an_object(whole.get("attributes"), "attributes")
    status = needed(said, "status")
    if status not in STATUSES:
        raise nonsense("an unknown status")
    fields = _content(said)
    return Pass(
        reading.account,
        "passentry",
        needed(whole, "id"),
        template=text(said, "passTemplateUuid"),
        template_name=text(said, "passTemplateName"),
        identifiers=_identifiers(needed(whole, "id"), said),
        holder=holder(fields, reading.holder_fields),
        fields=fields,
        voided=status == "deactivated" or status in reading.refused,
        redeemed=status == "deactivated" and bool(uses),
        nullified=status == "nullified",
        expires=instant(said, "expiresAt"),
        uses=tuple(sorted(uses, key=by_time)),
        created=instant(said, "createdAt"),
        seen_at=seen_at,
    )


def bar_pass(found: Json, account: str, seen_at: datetime | None) -> Pass:
    """Return what is sure of a pass that cannot be read."""
    whole = an_object(found, "pass")
    said = an_object(whole.get("attributes"), "attributes")
    sure = said if isinstance(said.get("barcode"), dict) else {**said, "barcode": None}
    known = _identifiers(needed(whole, "id"), sure)
    return barred(account, "passentry", known, text(said, "passTemplateUuid"), seen_at, text(said, "passTemplateName"))


def _identifiers(uid: str, said: Mapping[str, Json]) -> dict[IdentifierKind, str]:
    barcode = an_object(said.get("barcode"), "barcode")  # an object, {} or null
    known = {
        IdentifierKind.UID: uid,
        IdentifierKind.EXTERNAL_ID: text(said, "extId"),
        IdentifierKind.BARCODE: text(barcode, "value"),
        IdentifierKind.NFC: text(said, "nfc"),
    }
    return {kind: value for kind, value in known.items() if value}


def _content(said: Mapping[str, Json]) -> dict[str, str]:
    content = an_object(said.get("passContent"), "passContent")
    plain = {name: value.get("value") if isinstance(value, dict) else value for name, value in content.items()}
    read = {name: text({name: value if isinstance(value, str | int | None) else str(value)}, name)
            for name, value in plain.items() if not isinstance(value, bool)}  # fmt: skip
    return {name: value for name, value in read.items() if value}


def read_scans(value: Json) -> list[Scanned]:
    """Return the listed scans."""
    found = an_object(value, "scans")
    names = {}
    for each in a_list(found.get("included"), "included"):
        one = an_object(each, "included")
        if one.get("type") == "reader":
            names[text(one, "id")] = text(an_object(one.get("attributes"), "attributes"), "name")
    return [_scan(an_object(each, "scan"), names) for each in a_list(found.get("data"), "data")]


def _scan(found: Mapping[str, Json], names: Mapping[str, str]) -> Scanned:
    said = an_object(found.get("attributes"), "attributes")
    reader = _related(found, "reader")
    return Scanned(
        needed(found, "id"),
        _related(found, "pass"),
        reader,
        names.get(reader, ""),
        text(said, "scanValue"),
        text(said, "status") in GOOD,
        instant(said, "scannedAt"),
        marks.read(text(said, "statusDetail")),
    )


def _related(found: Mapping[str, Json], name: str) -> str:
    relation = an_object(an_object(found.get("relationships"), "relationships").get(name), name)
    return text(an_object(relation.get("data"), name), "id")
