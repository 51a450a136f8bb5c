"""A pass as one flat record, for people and scripts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from scanner_app.domain.passes import Pass

Record = dict[str, object]


def pass_dict(subject: Pass) -> Record:
    """Return a pass as `pass show` and `pass search` print it."""
    return {
        "platform": subject.platform,
        "account": subject.account,
        "uid": subject.uid,
        "barcode": subject.barcode,
        "holder": subject.holder,
        "template": subject.template,
        "template_name": subject.template_name,
        "voided": subject.voided,
        "redeemed": subject.redeemed,
        "nullified": subject.nullified,
        "valid_from": _iso(subject.valid_from),
        "expires": _iso(subject.expires),
        "eligible_places": list(subject.eligible_places),
        "uses": [{"place": u.where, "at": u.at.isoformat(), "direction": u.direction.value} for u in subject.uses],
        "stored_value": str(subject.stored_value) if subject.stored_value is not None else None,
        "identifiers": {kind.value: value for kind, value in subject.identifiers.items()},
        "fields": dict(subject.fields),
    }


def plain_numbers(value: object) -> object:
    """Return numbers of a platform's answer, which are read exactly, as JSON's own."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return {name: plain_numbers(each) for name, each in value.items()}
    return [plain_numbers(each) for each in value] if isinstance(value, list) else value


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
