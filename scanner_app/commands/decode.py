"""`scanner-app decode FILE...`: what the decoder reads in pictures and videos."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from hardware.decode.read import Part
from scanner_app.commands.options import json_option
from scanner_app.commands.output import Exit, complain, print_json, say


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Describe the verb."""
    parser = verbs.add_parser("decode", parents=parents, help="read barcodes in pictures and videos")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Read every file; one that cannot be read does not keep the others."""
    code = Exit.OK
    for path in args.files:
        if not _decode(path, as_json=args.json):
            complain(f"{path}: no picture or video that can be read")
            code = Exit.TROUBLE
    return code


def _part(part: Part | None) -> str:
    """What a reader of plain output is told of a part of a longer code."""
    if part is None:
        return ""
    return f" (part {part.number} of {part.count} of a longer code)" if part.count else " (part of a longer code)"


def _decode(path: Path, *, as_json: bool) -> bool:
    from hardware.recordings import reads_of

    began = time.perf_counter()
    reads = reads_of(path)
    if reads is None:
        return False
    for found in reads:
        record = {
            "file": str(path),
            "format": found.read.format,
            "text": found.read.text,
            "bytes": found.read.data.hex(),
            "frame": found.frame_index,
            "ms": round((time.perf_counter() - began) * 1000, 2),
        }
        part = found.read.part
        if part:
            record["part"], record["parts"] = part.number, part.count
        if as_json:
            print_json(record)
        else:
            say(f"{path}: {found.read.format}{_part(part)} {found.read.text}")
        began = time.perf_counter()
    return True
