"""The decoder in a child process, and the thread that watches over it.

A decode that hangs is killed at its deadline and the child replaced; a child that dies is replaced. Measured: a frame
costs 0.05 ms to hand over, a new child 0.25 s (decode.md, reliability.md 4.2).
"""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hardware.decode.link import Answer, Answers, LinkBroken, LinkTimeout, rescaled, send_order
from hardware.decode.memory import SharedPicture
from hardware.decode.patience import cpu_seconds, only_starved
from hardware.decode.read import DEFAULT_FORMATS, Read, checked_formats
from hardware.frames import Frame, Mailbox

_log = logging.getLogger(__name__)

PIPELINE: Final = "hardware.decode.pipeline:Pipeline"
_START: Final = 30.0  # seconds a new child may take to say that it is ready; a cold slow disk needs several
_PAUSES: Final = (
    0.0,
    0.0,
    0.2,
    0.5,
    1.0,
    2.0,
    5.0,
)  # seconds before a restart, by how many came without a decode between
_ROOT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class DecodeResult:
    """What one frame gave: confirmed reads, decode time in wall milliseconds, time and index of the frame."""

    seq: int
    reads: tuple[Read, ...]
    ms: float
    frame_at: float
    frame_index: int = 0


@dataclass(slots=True)
class Counters:
    """What happened since the start. `last_trouble` is for a person's eyes."""

    decoded: int = 0
    restarts: int = 0
    hangs: int = 0
    crashes: int = 0
    errors: int = 0
    last_trouble: str = ""


class DecoderProcess:
    """Decodes the newest frame, over and over, where nothing that a guest shows can hurt the door."""

    def __init__(
        self,
        formats: frozenset[str] = DEFAULT_FORMATS,
        *,
        on_result: Callable[[DecodeResult], None],
        deadline: float = 1.0,
        decoder: str = PIPELINE,
        extra_path: str = "",
    ) -> None:
        """`on_result` is called from the supervising thread. `decoder` names a factory as `package.module:name`."""
        self._formats = checked_formats(formats)
        self._on_result = on_result
        self._deadline = deadline
        self._decoder = decoder
        self._extra_path = extra_path
        self._box = Mailbox()
        self._stopping = threading.Event()
        self._idle = threading.Condition()
        self._handed = 0
        self._settled = 0
        self._child: _Child | None = None
        self._child_lock = threading.Lock()
        self._thread = threading.Thread(target=self._supervise, name="decoder", daemon=True)
        self._ready = threading.Event()
        self._seq = 0
        self._fruitless = 0
        self.counters = Counters()
        self.notice = ""  # what the decoder goes without on this machine, as a sentence for a person

    def start(self) -> None:
        """Start the child and the thread that watches it."""
        self._thread.start()

    def submit(self, frame: Frame) -> None:
        """Hand over the newest frame; one that still waits is dropped."""
        self._count(taken=self._box.put(frame))

    def submit_each(self, frame: Frame, timeout: float = 60.0) -> bool:
        """Hand over a frame without dropping any, for files; False when the decoder was not free in time."""
        return self._count(taken=self._box.put_when_free(frame, timeout))

    def _count(self, *, taken: bool) -> bool:
        with self._idle:
            self._handed += taken
        return taken

    def flush(self, timeout: float = 60.0) -> bool:
        """Wait until every frame handed over has been answered (or given up); False when that took too long."""
        with self._idle:
            return self._idle.wait_for(self._all_answered, timeout)

    def _all_answered(self) -> bool:
        return self._box.closed or self._settled + self._box.dropped >= self._handed

    def wait_ready(self, timeout: float = _START) -> bool:
        """Wait for the child's first sign of life."""
        return self._ready.wait(timeout)

    @property
    def dropped(self) -> int:
        """Frames replaced by newer ones before the decoder took them."""
        return self._box.dropped

    @property
    def child_pid(self) -> int | None:
        """The process that decodes now."""
        child = self._child
        return child.process.pid if child else None

    def stop(self, timeout: float = 5.0) -> bool:
        """End the child and the thread; True when both are gone."""
        self._stopping.set()
        self._box.close()
        with self._child_lock:
            if self._child is not None:
                self._child.process.kill()
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _supervise(self) -> None:
        try:
            while not self._stopping.is_set():
                frame = self._box.take(0.5) if self._child else None
                try:
                    self._turn(frame)
                except (LinkBroken, LinkTimeout) as trouble:
                    self._bury(trouble)
                except Exception:  # noqa: BLE001 - the watch over the decoder must outlive whatever happens
                    _log.exception("decoder supervision")
                    self._bury(LinkBroken("supervision failed"))
                self._done(frame)
        finally:
            self._bury(None)
            self._done(None)

    def _turn(self, frame: Frame | None) -> None:
        if self._child is None:
            self._raise_child()
        elif frame is not None:
            self._decode(self._child, frame)
        elif self._child.process.poll() is not None:
            raise LinkBroken(f"the decoder process ended with code {self._child.process.returncode}")

    def _decode(self, child: "_Child", frame: Frame) -> None:
        self._seq += 1
        height, width, scale = child.picture.put(frame.gray)
        send_order(child.orders, self._seq, height, width, frame)
        answer = self._answer_of(child)
        if answer.seq != self._seq:
            raise LinkBroken(f"answer {answer.seq} to order {self._seq}")
        self._fruitless = 0
        self.counters.decoded += 1
        self._note(answer)
        result = DecodeResult(answer.seq, rescaled(answer.reads, scale), answer.ms, frame.at, frame.index)
        try:
            self._on_result(result)
        except Exception:  # noqa: BLE001 - a fault of the receiver is not the decoder's
            _log.exception("the receiver of a decode result failed")

    def _answer_of(self, child: "_Child") -> Answer:
        """Wait for the answer. LinkTimeout at the deadline, later where a busy machine did not let the child run."""
        pid, begun = child.process.pid, time.monotonic()
        before = cpu_seconds(pid)
        wait = self._deadline
        while True:
            try:
                return child.answers.next(wait)
            except LinkTimeout:
                if not only_starved(pid, cpu_seconds(pid) - before, time.monotonic() - begun, self._deadline):
                    raise
            wait = self._deadline / 5

    def _note(self, answer: Answer) -> None:
        if answer.notice:
            self.counters.errors += 1
            if answer.notice != self.counters.last_trouble:
                _log.warning("decoder: %s", answer.notice)
            self.counters.last_trouble = answer.notice

    def _done(self, frame: Frame | None) -> None:
        with self._idle:
            self._settled += frame is not None
            self._idle.notify_all()

    def _raise_child(self) -> None:
        self._stopping.wait(_PAUSES[min(self._fruitless, len(_PAUSES) - 1)])
        with self._child_lock:
            if self._stopping.is_set():
                return
            self._child = child = _Child(self._decoder, self._formats, self._deadline, self._extra_path)
        hello = child.answers.next(_START)
        self.notice = hello.notice
        if hello.notice:
            _log.info("decoder: %s", hello.notice)
        self._ready.set()

    def _bury(self, trouble: Exception | None) -> None:
        """End what is left of the child; with `trouble`, count and tell why."""
        with self._child_lock:
            child, self._child = self._child, None
        self._ready.clear()
        if child is not None:
            child.end()
        if trouble is None or self._stopping.is_set():
            return
        self._fruitless += 1
        self.counters.restarts += 1
        hung = isinstance(trouble, LinkTimeout)
        self.counters.hangs += hung
        self.counters.crashes += not hung
        self.counters.last_trouble = f"a decode took over {self._deadline} s" if hung else str(trouble)
        _log.warning("decoder replaced: %s", self.counters.last_trouble)


class _Child:
    """One process with its pipes and its picture."""

    def __init__(self, decoder: str, formats: frozenset[str], deadline: float, extra_path: str) -> None:
        with ExitStack() as theirs, ExitStack() as mine:  # a start that fails half-way leaves nothing open
            self.picture = SharedPicture()
            mine.callback(self.picture.close)
            theirs_in, orders = os.pipe()
            theirs.callback(os.close, theirs_in)
            self.orders = mine.enter_context(os.fdopen(orders, "wb", buffering=0))
            answers, theirs_out = os.pipe()
            theirs.callback(os.close, theirs_out)
            answered = mine.enter_context(os.fdopen(answers, "rb"))
            # -P and our own path: the child loads this package and nothing that lies about in the current directory.
            # A plain subprocess, because multiprocessing would import the program's main module, Qt and all.
            command = [sys.executable, "-P", "-m", "hardware.decode.child", self.picture.handle, str(deadline), decoder]
            self.process = subprocess.Popen(
                [*command, ",".join(sorted(formats))],
                pass_fds=self.picture.passed,
                stdin=theirs_in,
                stdout=theirs_out,
                env=_environment(os.pathsep.join(filter(None, [str(_ROOT), extra_path]))),
                start_new_session=True,
                creationflags=_creation_flags(),
            )
            mine.callback(self.process.kill)
            self.answers = Answers(answered)
            mine.pop_all()

    def end(self) -> None:
        """Kill the process, take its exit, close everything."""
        self.process.kill()
        self.process.wait()
        self.orders.close()
        self.answers.close()
        self.picture.close()


def _creation_flags() -> int:
    """On Windows no console window for the child, and no Ctrl-C from that of its parent."""
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    return flags


def _environment(path: str) -> dict[str, str]:
    """What the child needs and no more: no keys, no display, no session."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "SYSTEMROOT", "TEMP")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    return environment | {
        "PYTHONPATH": path,
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
