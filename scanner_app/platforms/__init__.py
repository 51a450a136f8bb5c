"""Adapters to pass platforms behind one port: what a platform calls things stays in here."""

import sys

# Where rich and click are installed, as beside the tests, httpx loads a command line of its own, eighty modules more
# at every start. Told that there is none, it goes without, as it does at a door.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # None is how Python is told so
