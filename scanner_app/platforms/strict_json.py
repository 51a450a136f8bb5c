"""JSON as a contract has it: UTF-8, no NaN, no duplicate keys, no bottomless nesting."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from scanner_app.domain.credential import storable
from scanner_app.domain.errors import PlatformKind, PlatformTrouble

DEEPEST = 32
"""Deepest nesting taken; the deepest documented answer of any platform has 7."""
LONGEST_NUMBER = 40
"""Longest number in characters; a 64-bit integer has 20, a double at most 24."""

Json = Any


def decode(body: bytes) -> Json:
    """Return the decoded body, fractions as Decimal; raise PlatformTrouble(NONSENSE) for anything odd."""
    try:
        value = json.loads(
            body.decode("utf-8-sig"),
            parse_constant=_no_constant,
            parse_float=_fraction,
            parse_int=_whole,
            object_pairs_hook=_unique,
        )
    except (ValueError, RecursionError) as error:  # JSONDecodeError and UnicodeDecodeError are ValueErrors
        raise nonsense(f"not JSON: {type(error).__name__}") from None
    _measure(value)
    return value


def nonsense(detail: str) -> PlatformTrouble:
    """Return the trouble of a success whose body is not what the contract says."""
    return PlatformTrouble(PlatformKind.NONSENSE, detail)


def _no_constant(name: str) -> Json:
    raise ValueError(name)


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError("number too long")
    return int(text)


def _fraction(text: str) -> Decimal:
    if len(text) > LONGEST_NUMBER:
        raise ValueError("number too long")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError("number out of range") from None
    if not number.is_finite() or abs(number.adjusted()) > 308:  # the range of a double
        raise ValueError("number out of range")
    return number


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = {storable(name): value for name, value in pairs}
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _measure(value: Json) -> None:
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise nonsense("nested too deeply")


def _inside(value: Json) -> list[Json]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
