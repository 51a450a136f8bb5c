"""Looking into a kiosk's data: beside its running door, and on a disk that takes no writes."""

from __future__ import annotations

import argparse
from contextlib import AbstractContextManager

from scanner_app.bootstrap import Kiosk, open_kiosk
from scanner_app.commands.options import data_dir


def looked_into(args: argparse.Namespace) -> AbstractContextManager[Kiosk]:
    """Return the kiosk of `--data-dir`, opened for reading; whatever would write raises StorageTrouble."""
    return open_kiosk(data_dir(args, writes=False), writes=False)
