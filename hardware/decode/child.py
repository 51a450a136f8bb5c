"""The decoder's own process: `python -m hardware.decode.child PICTURE DEADLINE DECODER FORMATS`.

Orders come by standard input, answers go by standard output. It meets the pictures strangers hold up. A crafted code
may kill it, never the door.
"""

import faulthandler
import importlib
import os
import signal
import sys
import time
from typing import BinaryIO, Final, Protocol

from hardware.decode.link import Answer, read_order, send_answer
from hardware.decode.memory import SharedPicture
from hardware.decode.read import Read
from hardware.frames import Frame

if sys.platform != "win32":
    import resource

_MEMORY: Final = 3 << 30  # bytes of address space; libraries map about 1 GB, a decode needs some 50 MB


class Decoder(Protocol):
    """What runs in the child: frames in, reads out."""

    def process(self, frame: Frame) -> list[Read]:
        """The reads of this frame."""
        ...


def load(dotted: str, formats: frozenset[str]) -> Decoder:
    """The decoder that `package.module:factory` names, made for these formats."""
    module, _, factory = dotted.partition(":")
    decoder: Decoder = getattr(importlib.import_module(module), factory)(formats)
    return decoder


def main(arguments: list[str]) -> int:
    """Decode until the supervisor closes its end."""
    picture, deadline = arguments[0], float(arguments[1])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal goes to the whole group
    _limits()
    orders, answers = sys.stdin.buffer, _answers()
    decoder = load(arguments[2], frozenset(arguments[3].split(",")))
    shared = SharedPicture(picture)
    send_answer(answers, Answer(0, (), 0.0, str(getattr(decoder, "without_zbar", ""))))
    null = _quiet()
    while (order := read_order(orders)) is not None:
        seq, height, width, at, index = order
        # Should the supervisor die while we hang, this ends us: its watch needs no interpreter.
        faulthandler.dump_traceback_later(5 * deadline + 5, exit=True, file=null)
        send_answer(answers, _decode(decoder, seq, Frame(shared.get(height, width), at, index)))
        faulthandler.cancel_dump_traceback_later()
    return 0


def _answers() -> BinaryIO:
    """Where answers go: standard output, out of the reach of libraries that print."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def _decode(decoder: Decoder, seq: int, frame: Frame) -> Answer:
    begun = time.perf_counter()
    notice, reads = "", []
    try:
        reads = decoder.process(frame)
    except Exception as error:  # noqa: BLE001 - one picture must not end the decoder; the supervisor counts and logs it
        notice = f"{type(error).__name__}: {error}"
    return Answer(seq, tuple(reads), (time.perf_counter() - begun) * 1000, notice)


def _limits() -> None:
    """A crafted code gets neither the machine's memory nor a core file with what was last seen."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _quiet() -> int:
    """Silence stderr: zbar writes assertions about pictures by the thousand; start-up troubles are already told."""
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(null, stream.fileno())
    return null


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
