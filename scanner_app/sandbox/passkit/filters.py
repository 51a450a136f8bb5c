"""List filters: groups of field conditions, order, limit and offset."""

import fnmatch
import operator
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from scanner_app.sandbox.wire import refuse

UNSET, ALL = 25, -1
MOMENTS = {"created", "updated", "expiryDate"}
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "lt": operator.lt,
    "gte": operator.ge,
    "lte": operator.le,
}


def apply(messages: list[dict[str, Any]], wish: Any) -> list[dict[str, Any]]:
    """The messages that fit, ordered and cut; 400 for filters that make no sense. 25 if no limit is set, -1 for all."""
    if not isinstance(wish, dict):
        refuse(400, "filters must be an object")
    found = [each for each in messages if all(_group(each, group) for group in wish.get("filterGroups") or [])]
    if order := wish.get("orderBy"):
        found.sort(key=lambda each: str(_value(each, order) or ""), reverse=not wish.get("orderAsc"))
    limit, offset = _number(wish, "limit"), _number(wish, "offset")
    found = found[max(offset, 0) :]
    return found if limit == ALL else found[: limit or UNSET]


def _number(wish: dict[str, Any], name: str) -> int:
    value = wish.get(name) or 0
    if not isinstance(value, int):
        refuse(400, f"{name} must be a number")
    return value


def _group(message: dict[str, Any], group: Any) -> bool:
    if not isinstance(group, dict) or group.get("condition", "AND") not in {"AND", "OR"}:
        refuse(400, "a filter group needs the condition AND or OR")
    results = [_condition(message, each) for each in group.get("fieldFilters") or []]
    return any(results) if group.get("condition") == "OR" and results else all(results)


def _condition(message: dict[str, Any], condition: dict[str, Any]) -> bool:
    field, wanted = str(condition.get("filterField")), str(condition.get("filterValue"))
    how, value = condition.get("filterOperator"), _value(message, field)
    if how == "like":
        return value is not None and fnmatch.fnmatch(str(value).lower(), wanted.lower().replace("%", "*"))
    if how not in COMPARE:
        refuse(400, f"unknown filterOperator {how}")
    if field in MOMENTS:
        return value is not None and COMPARE[how](moment(value), moment(wanted))
    return value is not None and COMPARE[how](str(value), wanted)


def _value(message: Any, path: str) -> Any:
    for name in path.split("."):
        message = message.get(name) if isinstance(message, dict) else None
    return message


def moment(text: object) -> float:
    """Unix time of an RFC 3339 text, or of a unix time written as text."""
    plain = str(text)
    if plain.isascii() and plain.isdigit():
        return float(plain)
    try:
        at = datetime.fromisoformat(plain)
    except ValueError:
        refuse(400, "not a time in RFC 3339")
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
