"""`python -m scanner_app` and the command `scanner-app`."""

from __future__ import annotations

import sys

from scanner_app.cli import main

if __name__ == "__main__":
    sys.exit(main())
