"""`scanner-app decode FILE...`: what the decoder reads in pictures and videos."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from hardware.decode.read import Part
from scanner_app.commands.options import a_path, json_option
from scanner_app.commands.output import Exit, complain, print_json, say


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Describe the verb."""
    parser = verbs.add_parser("decode", parents=parents, help="read barcodes in pictures and videos")
    parser.add_argument("files", nargs="+", type=a_path, metavar="FILE")
    json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Read every file, and those in every folder; one that cannot be read does not keep the others."""
    found = [_tried(file, as_json=args.json) for path in args.files for file in _files(path)]
    return Exit.OK if all(found) else Exit.TROUBLE


def _files(path: Path) -> list[Path]:
    """The file itself, or what lies in the folder, in the order of its names."""
    with suppress(OSError):
        inside = sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith("."))
        return inside or [path]
    return [path]


def _tried(path: Path, *, as_json: bool) -> bool:
    """Whether the file could be read; what keeps it from that is said, and that there is no code in it."""
    from hardware.pictures import CannotOpen

    try:
        if not _decode(path, as_json=as_json):
            complain(f"there is no barcode in {path}")
    except (CannotOpen, OSError) as error:
        complain(str(error))
        return False
    return True


def _part(part: Part | None) -> str:
    """What a reader of plain output is told of a part of a longer code."""
    if part is None:
        return ""
    return f" (part {part.number} of {part.count} of a longer code)" if part.count else " (part of a longer code)"


def _decode(path: Path, *, as_json: bool) -> int:
    """Print each read as it is found; how many there were."""
    from hardware.recordings import reads_of

    count, began = 0, time.perf_counter()
    for count, found in enumerate(reads_of(path), 1):  # noqa: B007 - how many is the answer
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
    return count
