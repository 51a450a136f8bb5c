"""Figures as CSV, safe to open in a spreadsheet. Needs no Qt."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from scanner_app.application.front_desk import Counted
from scanner_app.ui.records import Tally

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is a formula to a spreadsheet (OWASP, CSV injection)."""


def as_csv(tally: Tally) -> bytes:
    """Return this kiosk's figures."""
    rows: list[tuple[object, ...]] = [("admitted", "", tally.admitted), ("refused", "", tally.refused)]
    rows += [("arrivals", at.isoformat(), count) for at, count in tally.slots]
    rows += [("refused because", code, count) for code, count in tally.reasons]
    rows += [("admitted at", name, count) for name, count in tally.doors]
    if tally.busiest:
        rows.append(("busiest minute", tally.busiest[0].isoformat(), tally.busiest[1]))
    return _csv(("what", "name", "count"), rows)


def platform_csv(counted: Sequence[Counted]) -> bytes:
    """Return the platforms' figures."""
    rows: list[tuple[object, ...]] = []
    for each in counted:
        name = each.template.name or each.template.id
        at = each.at.isoformat() if each.at else ""
        rows += [(name, kind, day, n, at) for kind, points in each.figures.timelines.items() for day, n in points]
        rows += [(name, "active", d.day, d.active, at) for d in each.figures.history]
        rows += [(name, "inactive", d.day, d.inactive, at) for d in each.figures.history]
        rows += [(name, "system", system, n, at) for system, n in each.figures.systems.items()]
    return _csv(("template", "what", "name", "count", "told_at"), rows)


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "backslashreplace")


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
