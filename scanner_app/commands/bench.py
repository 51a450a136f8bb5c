"""`scanner-app bench search|storage`: what look-ups and commits cost on this machine."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence

from scanner_app.commands.options import json_option

BENCHES = {"search": "scanner_app.bench.search", "storage": "scanner_app.bench.storage"}


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Describe the verb."""
    parser = verbs.add_parser("bench", parents=parents, help="measure this machine")
    parser.add_argument("what", choices=sorted(BENCHES))
    parser.add_argument("--passes", type=int, default=100_000, metavar="N")
    json_option(parser)


def run(args: argparse.Namespace) -> int:
    """Measure; always prints JSON."""
    module = importlib.import_module(BENCHES[args.what])
    argv = ["--passes", str(args.passes), *(["--json"] if args.json and args.what == "search" else [])]
    return int(module.run(argv) if hasattr(module, "run") else module.main(argv))
