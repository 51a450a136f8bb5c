"""Many SmartPass Links from a CSV: one row at a time, bad rows set apart with the reason, the input never touched."""

from __future__ import annotations

import codecs
import csv
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from scanner_app.domain.errors import StorageKind, StorageTrouble
from scanner_app.platforms.smartpass import LinkTrouble, make

ADDED = "smartUrl"
WHY = "reason"
WHY_NOT = {"link_not_unicode": "not UTF-8", "link_empty": "no values", "link_too_long": "too long for a link"}
LONGEST_LINE = 1024 * 1024
STEP = 500
"""Rows between two calls of the progress callback."""


@dataclass(frozen=True, slots=True)
class Made:
    """How a run ended: rows with a link, rows set apart, and where those are (None if there are none)."""

    rows: int
    rejected: int
    rejects: Path | None


Progress = Callable[[int, int], None]
"""Bytes of the input read so far, and all of them."""


def make_many(source: Path, out: Path, url: str, key: bytes, progress: Progress | None = None) -> Made:
    """Write the input with the column `smartUrl` to `out`; bad rows go to `OUT.rejected.csv` with the reason.

    Both files appear whole or not at all. Raises LinkTrouble for unusable files or headers, else StorageTrouble.
    """
    rejects = out.with_name(f"{out.name}.rejected.csv")
    _usable(source, out)
    _keep_apart(source, out, rejects)
    try:
        with ExitStack() as stack:
            raw = stack.enter_context(source.open("rb"))
            lines = _Lines(raw, progress or _silent, source.stat().st_size)
            mark = _delimiter(lines.first)
            rows = csv.reader(lines, strict=True, delimiter=mark)
            header = _header(rows)
            good, bad = stack.enter_context(_whole(out)), stack.enter_context(_whole(rejects))
            made = _Run(
                header, url, key, csv.writer(good.file, delimiter=mark), csv.writer(bad.file, delimiter=mark)
            ).all(rows, lines)
            good.keep, bad.keep = True, made[1] > 0
        if not made[1]:
            rejects.unlink(missing_ok=True)  # of an earlier run
        return Made(made[0], made[1], rejects if made[1] else None)
    except OSError as error:
        raise StorageTrouble(StorageKind.IO, f"{error.strerror or error}") from error


def _usable(source: Path, out: Path) -> None:
    try:
        source.open("rb").close()
    except OSError as error:
        raise LinkTrouble("input", f"{source}: {error.strerror or error}") from None
    if out.is_dir() or not os.access(out.parent, os.W_OK | os.X_OK):
        raise LinkTrouble("output", str(out))


def _keep_apart(source: Path, out: Path, rejects: Path) -> None:
    """The vendor's tool empties its input when both names are the same file; this one looks at files, not names."""
    for target in (out, rejects):
        with suppress(OSError):
            if target.exists() and target.samefile(source):
                raise LinkTrouble("same_file", target.name)
    if source.resolve() in (out.resolve(), rejects.resolve()):
        raise LinkTrouble("same_file", out.name)


class _Lines:
    """The lines of a file, decoded one by one, so that one bad line spoils no other; `taken` since the last row."""

    def __init__(self, raw: IO[bytes], progress: Progress, size: int) -> None:
        self._raw, self._progress, self._size = raw, progress, size
        self._read, self._rows = 0, 0
        self.taken: list[str] = []
        self.first = _text(raw.readline(LONGEST_LINE).removeprefix(codecs.BOM_UTF8))

    def __iter__(self) -> Iterator[str]:
        yield self.first
        while line := self._raw.readline(LONGEST_LINE):
            self._read += len(line)
            self.taken.append(_text(line))
            yield self.taken[-1]

    def next_row(self) -> None:
        """A row is to be read."""
        self.taken.clear()
        self._rows += 1
        if self._rows % STEP == 0:
            self._progress(self._read, self._size)

    def ended(self) -> None:
        """There are no more rows."""
        self._progress(self._size, self._size)


def _text(line: bytes) -> str:
    # Bytes that are no UTF-8 become lone surrogates, which no link takes: that row is refused, with its bytes shown.
    return line.decode("utf-8", "surrogateescape")


def _delimiter(header: str) -> str:
    """Return what separates the columns: a comma, or what spreadsheets of other countries write instead."""
    bare = re.sub('"[^"]*"', "", header)  # a quoted name may hold any of them
    return "," if "," in bare else next((mark for mark in ";\t" if mark in bare), ",")


def _header(rows: Iterator[list[str]]) -> list[str]:
    try:
        header = [name.strip() for name in next(rows, [])]
    except csv.Error as error:
        raise LinkTrouble("header", str(error)) from None
    if not any(header):
        raise LinkTrouble("header", "empty")
    if not all(name.isprintable() for name in header):
        raise LinkTrouble("not_unicode", "first row")  # another encoding: no name of a column has such characters
    if len(set(header)) != len(header) or "" in header or ADDED in header:
        raise LinkTrouble("header", "a name is missing, or stands twice")
    return header


class Writer(Protocol):
    """What `csv.writer` returns, as far as it is used here."""

    def writerow(self, row: Iterable[str], /) -> object:
        """Write one row."""


class _Run:
    """One run through the rows."""

    def __init__(self, header: list[str], url: str, key: bytes, good: Writer, bad: Writer) -> None:
        self._header, self._url, self._key, self._good, self._bad = header, url, key, good, bad

    def all(self, rows: Iterator[list[str]], lines: _Lines) -> tuple[int, int]:
        """Return how many rows got a link, and how many did not."""
        self._good.writerow([*self._header, ADDED])
        self._bad.writerow([*self._header, WHY])
        counts = [0, 0]
        while True:
            lines.next_row()
            try:
                row = next(rows, None)
            except csv.Error as error:
                self._set_apart(["".join(lines.taken)], f"unreadable: {error}")
                counts[1] += 1
                continue
            if row is None:
                break
            if any(cell.strip() for cell in row):  # an empty line is no guest
                counts[self._one(row)] += 1
        lines.ended()
        return counts[0], counts[1]

    def _one(self, row: list[str]) -> int:
        reason, link = self._link(row)
        if reason:
            self._set_apart(row, reason)
            return 1
        self._good.writerow([*row, link])
        return 0

    def _set_apart(self, row: list[str], reason: str) -> None:
        """The reason stands in its own column whatever the row had; what was too much follows it."""
        cells, columns = [_writable(cell) for cell in row], len(self._header)
        kept = cells[:columns] + [""] * (columns - len(cells))
        self._bad.writerow([*kept, reason, *cells[columns:]])

    def _link(self, row: list[str]) -> tuple[str, str]:
        if len(row) != len(self._header):
            return f"{len(row)} values for {len(self._header)} columns", ""
        fields = {name: cell.strip() for name, cell in zip(self._header, row, strict=True) if cell.strip()}
        try:
            return "", make(fields, self._url, self._key)
        except LinkTrouble as trouble:
            return WHY_NOT.get(trouble.code, trouble.code), ""


def _writable(cell: str) -> str:
    return cell.encode("utf-8", "backslashreplace").decode("utf-8")


@dataclass
class _Target:
    file: IO[str]
    keep: bool = False


@contextmanager
def _whole(path: Path) -> Iterator[_Target]:
    """A file beside its final name that takes its place only when everything went well."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    target = _Target(os.fdopen(descriptor, "w", encoding="utf-8", newline=""))
    try:
        with target.file:
            yield target
            target.file.flush()
            os.fsync(target.file.fileno())
        if target.keep:
            os.replace(name, path)  # noqa: PTH105 - both are names
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()


def _silent(_done: int, _all: int) -> None:
    """Nobody watches."""
