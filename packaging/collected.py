"""Where a collected program begins. It is also the interpreter by which the program starts processes of its own.

`sys.executable -m MODULE` is what the decoder and the demo's film are started with: the collected program has no `-m`,
so it is answered here, for these modules and no others.
"""

from __future__ import annotations

import runpy
import sys

from scanner_app.cli import main

CHILDREN = ("hardware.decode.child", "scanner_app.ui.picture_child", "scanner_app", "scanner_app.demo")


def child(words: list[str]) -> str:
    """Return the module that these words start, '' when they are a verb's."""
    rest = words[1:] if words[:1] == ["-P"] else words  # its own path alone is all a collected program has
    return rest[1] if rest[:1] == ["-m"] and rest[1:2] and rest[1] in CHILDREN else ""


if __name__ == "__main__":
    if module := child(sys.argv[1:]):
        sys.argv = sys.argv[sys.argv.index(module) :]
        runpy.run_module(module, run_name="__main__")
    else:
        sys.exit(main())
