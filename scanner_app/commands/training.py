"""`scanner-app training sheet`: sample passes on paper, for practice with `scanner-app demo`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from scanner_app.commands.options import a_path
from scanner_app.commands.output import Exit, say
from scanner_app.ui import texts


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], parents: Sequence[argparse.ArgumentParser]
) -> None:
    """Describe the verb."""
    parser = verbs.add_parser("training", parents=parents, help="practise: a sheet of sample passes for the demo door")
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="WHAT")
    sheet = kinds.add_parser("sheet", parents=parents, help="write a printable PDF of sample passes and their verdicts")
    sheet.add_argument("--out", type=a_path, required=True, metavar="FILE.pdf")
    sheet.add_argument("--language", choices=texts.languages(), default=texts.FALLBACK, help="of the verdicts")


def run(args: argparse.Namespace) -> int:
    """Write the sheet. No data folder is opened: there is no account it could touch."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from scanner_app.training_sheet import sample_cards
    from scanner_app.ui.sheet import write_sheet

    texts.set_language(args.language)
    cards = sample_cards()
    pages = write_sheet(args.out, f"Pass Scanner \N{EN DASH} {texts.word('strip.training')}", cards)
    say(f"{args.out}: {len(cards)} passes on {pages} pages; scan them at the door that `scanner-app demo` opens.")
    return Exit.OK
