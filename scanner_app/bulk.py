"""Many rows in few SQL statements.

A SQLite driver lets other threads run at each step and then waits for its turn to go on. `executemany` steps once for
each row, one statement with many rows steps once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

ROWS = 200
"""Rows of one statement: with twelve columns 2,400 values, where SQLite takes 32,766."""


class Executes(Protocol):
    """A connection of any SQLite driver."""

    def execute(self, sql: str, values: Any = ..., /) -> Any:
        """Run one statement."""


def insert(db: Executes, head: str, tail: str, rows: Sequence[Sequence[object]]) -> None:
    """Insert rows of equal width. `head`: what comes before `VALUES`; `tail`: what follows the values."""
    for start in range(0, len(rows), ROWS):
        some = rows[start : start + ROWS]
        one = "(" + ", ".join("?" * len(some[0])) + ")"
        values = [value for row in some for value in row]
        db.execute(f"{head} VALUES {', '.join([one] * len(some))} {tail}", values)
