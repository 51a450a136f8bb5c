"""Boarding passes as text, any that the format holds: the reverse of `boarding_pass.parse`, for its round trips."""

from __future__ import annotations

from collections.abc import Callable

from scanner_app.domain.boarding_pass import BAG_TAGS, REPEATED, UNIQUE, BoardingPass, Leg

_VERSION = "6"


def write(boarding_pass: BoardingPass) -> str:
    """The text of a boarding pass. Raises ValueError for what the format cannot hold."""
    name = _fit(boarding_pass.name, 20)
    text = f"M{len(boarding_pass.legs)}{name}{'E' if boarding_pass.electronic else ' '}"
    if not 1 <= len(boarding_pass.legs) <= 9:
        raise ValueError("one to nine legs")
    for place, leg in enumerate(boarding_pass.legs):
        text += _leg(leg, _unique(boarding_pass) if place == 0 else "")
    security = boarding_pass.security
    if security:
        text += f"^{_fit(security.kind, 1)}{_size(security.data)}{security.data}"
    return text


def _leg(leg: Leg, unique: str) -> str:
    variable = unique + _repeated(leg)
    return "".join(
        (
            _fit(leg.pnr, 7),
            _fit(leg.origin, 3),
            _fit(leg.destination, 3),
            _fit(leg.carrier, 3),
            _fit(f"{leg.number:04}{leg.suffix}", 5),
            _fit(f"{leg.day:03}", 3),
            _fit(leg.cabin, 1),
            _fit(leg.seat, 4),
            _fit(leg.sequence, 5),
            _fit(leg.status, 1),
            _size(variable),
            variable,
        )
    )


def _unique(boarding_pass: BoardingPass) -> str:
    values = dict(zip(BAG_TAGS, boarding_pass.bag_tags, strict=False))
    body = _items(UNIQUE, lambda name: values.get(name) or str(getattr(boarding_pass, name, "")))
    if not body and not boarding_pass.version and not any(map(_repeated, boarding_pass.legs[:1])):
        return ""
    return f">{boarding_pass.version or _VERSION}{_size(body)}{body}"


def _repeated(leg: Leg) -> str:
    body = _items(REPEATED, lambda name: str(getattr(leg, name)))
    return f"{_size(body)}{body}{leg.airline_data}" if body or leg.airline_data else ""


def _items(items: tuple[tuple[str, int], ...], value: Callable[[str], str]) -> str:
    """The items up to the last that is not blank."""
    text = "".join(_fit(value(name), size) for name, size in items)
    kept = len(text.rstrip())
    end = 0
    for _, size in items:
        if end >= kept:
            break
        end += size
    return text[:end]


def _fit(text: str, size: int) -> str:
    if len(text) > size:
        raise ValueError(f"{text!r} is longer than {size}")
    return text.ljust(size)


def _size(text: str) -> str:
    if len(text) > 0xFF:
        raise ValueError("variable field longer than 255")
    return f"{len(text):02X}"
