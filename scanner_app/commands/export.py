"""`scanner-app export scans|conflicts|audit`: facts as CSV or JSON lines, safe to open in a spreadsheet."""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from scanner_app.application.ports import FactRow, LedgerReader
from scanner_app.commands.look import looked_into
from scanner_app.commands.options import a_path
from scanner_app.commands.output import Exit, json_line
from scanner_app.domain.scan import FactKind

KINDS: Mapping[str, frozenset[FactKind]] = {
    "scans": frozenset({FactKind.SCAN, FactKind.OVERRIDE}),
    "conflicts": frozenset({FactKind.CONFLICT, FactKind.SETTLED}),
    "audit": frozenset(FactKind),
}
COLUMNS = (
    "scan_id",
    "at",
    "kind",
    "place",
    "device",
    "raw",
    "symbology",
    "outcome",
    "reason",
    "grade",
    "direction",
    "platform",
    "account",
    "uid",
    "barcode",
    "holder",
    "template",
    "template_name",
    "operator",
    "note",
    "clock_offset",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""A cell that begins so is a formula to a spreadsheet (OWASP, CSV injection); the last four are full-width signs."""


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Describe the verb."""
    parser = verbs.add_parser("export", parents=parents, help="write out scans, conflicts or the audit chain")
    parser.add_argument("what", choices=sorted(KINDS))
    parser.add_argument("--format", choices=("csv", "jsonl"), default="jsonl")
    parser.add_argument("--out", type=a_path, metavar="FILE", help="default: standard output")


def run(args: argparse.Namespace) -> int:
    """Write."""
    with looked_into(args) as kiosk, _output(args.out) as out:
        reader = kiosk.store.ledger_reader()
        try:
            rows = _rows(reader, KINDS[args.what])
            if args.format == "csv":
                _csv(rows, out, audit=args.what != "scans")
            else:
                _jsonl(rows, out, audit=args.what != "scans")
        finally:
            reader.close()
    return Exit.OK


@contextlib.contextmanager
def _output(path: Path | None) -> Iterator[TextIO]:
    if path is None:
        yield sys.stdout
        sys.stdout.flush()
    else:
        with path.open("w", encoding="utf-8", newline="") as out:
            yield out


def _rows(reader: LedgerReader, kinds: frozenset[FactKind]) -> Iterator[FactRow]:
    after = 0
    while rows := reader.facts(kinds, after=after):
        yield from rows
        after = rows[-1].number


def _jsonl(rows: Iterator[FactRow], out: TextIO, *, audit: bool) -> None:
    for row in rows:
        body = _audit(row) if audit else dict(row.body)
        out.write(json_line(body, out.encoding) + "\n")


def _audit(row: FactRow) -> dict[str, object]:
    return {
        "number": row.number,
        "id": row.fact_id,
        "kind": row.kind.value,
        "at": row.at.isoformat(),
        "hash": row.hash,
        "body": dict(row.body),
    }


def _csv(rows: Iterator[FactRow], out: TextIO, *, audit: bool) -> None:
    columns = ("number", "id", "kind", "at", "hash", "body") if audit else COLUMNS
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        record = _audit(row) if audit else _flat(row.body)
        writer.writerow([_cell(record.get(c)) for c in columns])


def _flat(body: Mapping[str, object]) -> dict[str, object]:
    subject = body.get("pass")
    return {**body, **(subject if isinstance(subject, dict) else {})}


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (int, float)):
        return str(value)
    text = str(value).replace("\x00", "\\x00")
    return "'" + text if text.startswith(FORMULA) else text
