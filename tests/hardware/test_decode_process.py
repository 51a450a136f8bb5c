"""The decoder's child process: replaced when it hangs or dies, ended without a trace."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from hardware.decode import DEFAULT_FORMATS, DecoderProcess
from hardware.decode.patience import cpu_seconds, only_starved
from hardware.decode.process import PIPELINE, _Child
from hardware.frames import Frame
from hardware.scene import code_picture

DECODERS = str(Path(__file__).parent / "decoders")


class Results:
    def __init__(self):
        self.all = []
        self._came = threading.Condition()

    def __call__(self, result):
        with self._came:
            self.all.append(result)
            self._came.notify_all()

    def wait(self, count, timeout=20):
        with self._came:
            assert self._came.wait_for(lambda: len(self.all) >= count, timeout), f"{len(self.all)} of {count} results"
            return self.all

    def texts(self):
        return [read.text for result in self.all for read in result.reads]


@pytest.fixture
def decoder(request):
    """A started decoder; the test may name another than the real one, and a deadline."""
    started = []

    def start(name=None, **options):
        results = Results()
        named = {"decoder": f"odd_decoders:{name}", "extra_path": DECODERS} if name else {}
        process = DecoderProcess(DEFAULT_FORMATS, on_result=results, **named, **options)
        started.append(process)
        process.start()
        return process, results

    yield start
    for process in started:
        assert process.stop()


def frame(value=0, index=0, shape=(48, 64)):
    return Frame(np.full(shape, value, np.uint8), index / 30, index)


def until(fact, timeout=15.0):
    deadline = time.monotonic() + timeout
    while not fact():
        assert time.monotonic() < deadline, "did not come about in time"
        time.sleep(0.01)


def open_files():
    return {entry.name for entry in Path("/proc/self/fd").iterdir()}


def test_reads_a_code_and_says_when_and_where(decoder):
    process, results = decoder()
    picture = np.full((400, 500), 255, np.uint8)
    code = code_picture("PASS-1", "QR", 200)
    picture[100 : 100 + code.shape[0], 150 : 150 + code.shape[1]] = code
    process.submit(Frame(picture, 12.5, 7))
    (result,) = results.wait(1)
    (read,) = result.reads
    assert (read.text, read.data, read.format, result.frame_at, result.frame_index) == (
        "PASS-1",
        b"PASS-1",
        "QR",
        12.5,
        7,
    )
    assert all(150 <= x <= 450 and 100 <= y <= 400 for x, y in read.outline)
    assert result.ms > 0
    assert process.counters.decoded == 1


def test_a_child_that_cannot_be_started_leaves_nothing_open(monkeypatch):
    pipe, pipes = os.pipe, []

    def one_pipe_only():
        if pipes:
            raise OSError(errno.EMFILE, "too many open files")
        pipes.append(pipe())
        return pipes[0]

    before = open_files()
    monkeypatch.setattr(os, "pipe", one_pipe_only)
    with pytest.raises(OSError, match="too many"):
        _Child(PIPELINE, frozenset({"QR"}), 1.0, "")
    assert open_files() == before


def test_every_frame_of_a_file_is_answered_in_order(decoder):
    process, results = decoder("Echo")
    for index in range(200):
        assert process.submit_each(frame(index % 250, index))
    assert process.flush()
    assert results.texts() == [f"{index}:{index % 250}" for index in range(200)]
    assert process.dropped == 0


def test_the_newest_frame_wins_while_the_decoder_is_busy(decoder):
    process, results = decoder("Echo")
    for index in range(300):
        process.submit(frame(index=index))
    assert process.flush()
    assert results.texts()[-1] == "299:0"
    assert len(results.all) + process.dropped == 300


@pytest.mark.parametrize("hang", [1, 6])
def test_a_hung_decode_is_killed_and_the_child_replaced(decoder, hang):
    process, results = decoder("ByPicture", deadline=0.4)
    assert process.wait_ready()
    first = process.child_pid
    begun = time.monotonic()
    process.submit_each(frame(hang, 0))
    process.submit_each(frame(0, 1))
    results.wait(1)
    assert time.monotonic() - begun < 8
    assert results.texts() == ["1"]
    assert (process.counters.hangs, process.counters.crashes, process.counters.restarts) == (1, 0, 1)
    assert process.child_pid != first
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV])
def test_a_child_killed_while_idle_is_replaced_without_a_frame(decoder, signal_number):
    process, results = decoder("Echo")
    assert process.wait_ready()
    first = process.child_pid
    os.kill(first, signal_number)
    until(lambda: process.counters.crashes == 1 and process.child_pid not in (None, first))
    process.submit_each(frame(5, 3))
    results.wait(1)
    assert results.texts() == ["3:5"]


def test_a_crash_while_decoding_costs_that_frame_only(decoder):
    process, results = decoder("ByPicture")
    for index, value in enumerate([0, 2, 0, 2, 0]):
        assert process.submit_each(frame(value, index))
    assert process.flush(30)
    assert results.texts() == ["0", "2", "4"]
    assert process.counters.crashes == 2


def test_an_exception_in_a_decode_is_counted_and_told(decoder):
    process, results = decoder("ByPicture")
    process.submit_each(frame(3, 0))
    process.submit_each(frame(0, 1))
    results.wait(2)
    assert results.texts() == ["1"]
    assert process.counters.errors == 1
    assert "ZBarOrientation" in process.counters.last_trouble
    assert process.counters.restarts == 0


def test_a_decode_that_eats_memory_is_refused_it(decoder):
    process, results = decoder("ByPicture")
    process.submit_each(frame(4, 0))
    results.wait(1)
    assert "MemoryError" in process.counters.last_trouble


@pytest.mark.parametrize("open_already", [0, 40])
def test_nonsense_from_the_child_is_a_crash_and_nothing_more(decoder, open_already):
    with ExitStack() as files:
        for _ in range(open_already):  # the pipes' numbers are as high as this process has files open
            files.enter_context(Path(os.devnull).open())
        process, results = decoder("Babbler", deadline=0.5)
        process.submit_each(frame(0, 0))
        until(lambda: process.counters.restarts >= 1)
    assert results.texts() == []


def test_a_decoder_that_cannot_start_is_tried_again_with_pauses(decoder):
    process, _ = decoder("dead_on_arrival")
    until(lambda: process.counters.restarts >= 2, 30)
    assert not process.wait_ready(0)


def test_the_child_holds_neither_qt_nor_the_program(decoder):
    process, results = decoder("Modules")
    process.submit(frame())
    results.wait(1)
    assert results.texts() == ["none"]


def test_the_child_is_given_no_secrets(decoder, monkeypatch):
    monkeypatch.setenv("PASSCREATOR_KEY", "secret")
    process, results = decoder("Environment")
    process.submit(frame())
    results.wait(1)
    assert "PASSCREATOR_KEY" not in results.texts()[0]


def test_a_receiver_that_fails_does_not_stop_the_decoder(caplog):
    seen = Results()

    def receiver(result):
        seen(result)
        raise RuntimeError("receiver")

    process = DecoderProcess(DEFAULT_FORMATS, on_result=receiver, decoder="odd_decoders:Echo", extra_path=DECODERS)
    process.start()
    try:
        assert process.submit_each(frame(0, 0))
        assert process.submit_each(frame(0, 1))
        seen.wait(2)
    finally:
        assert process.stop()
    assert "receiver" in caplog.text


def test_a_picture_larger_than_the_shared_memory_is_scaled_and_its_outline_scaled_back(decoder):
    process, results = decoder()
    picture = np.full((4500, 5000), 255, np.uint8)
    code = code_picture("BIG", "QR", 1200)
    picture[2800 : 2800 + code.shape[0], 3100 : 3100 + code.shape[1]] = code
    process.submit(Frame(picture, 0.0, 0))
    (result,) = results.wait(1)
    assert all(3100 <= x <= 4800 and 2800 <= y <= 4500 for x, y in result.reads[0].outline)


def test_stopping_leaves_no_process_thread_or_open_file(decoder):
    before = open_files()
    process, results = decoder("Echo")
    process.submit(frame())
    results.wait(1)
    pid = process.child_pid
    assert process.stop()
    assert open_files() == before
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_restarts_leak_no_files(decoder):
    process, _ = decoder("ByPicture")
    assert process.wait_ready()
    before = len(open_files())
    for index in range(3):
        process.submit_each(frame(2, index))
        assert process.flush(30)
        assert process.wait_ready()
    assert len(open_files()) == before


def test_stopping_while_a_decode_hangs_is_quick(decoder):
    process, _ = decoder("ByPicture", deadline=30)
    assert process.wait_ready()
    process.submit(frame(1))
    begun = time.monotonic()
    assert process.stop()
    assert time.monotonic() - begun < 3


def test_stop_without_start_and_twice():
    process = DecoderProcess(on_result=lambda result: None)
    assert process.stop()
    assert process.stop()


def test_unknown_formats_are_refused():
    with pytest.raises(ValueError, match="SEMACODE"):
        DecoderProcess(frozenset({"QR", "SEMACODE"}), on_result=lambda result: None)


def test_the_child_ends_when_the_program_is_killed():
    program = (
        "import sys, time\n"
        "from hardware.decode import DecoderProcess\n"
        "decoder = DecoderProcess(on_result=lambda result: None)\n"
        "decoder.start()\n"
        "assert decoder.wait_ready()\n"
        "sys.stdout.write(f'{decoder.child_pid}\\n')\n"
        "sys.stdout.flush()\n"
        "time.sleep(60)\n"
    )
    root = str(Path(__file__).parents[2])
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=root) as killed:
        child = int(killed.stdout.readline())
        killed.kill()
    until(lambda: not Path(f"/proc/{child}").exists() or "Z" in Path(f"/proc/{child}/stat").read_text().split()[2])


def test_a_stopped_child_hangs_and_is_replaced(decoder):
    process, results = decoder("Echo", deadline=0.4)
    assert process.wait_ready()
    os.kill(process.child_pid, signal.SIGSTOP)
    process.submit_each(frame(0, 0))
    process.submit_each(frame(0, 1))
    results.wait(1)
    assert process.counters.hangs == 1


def test_a_busy_machine_is_no_hang_and_a_sleeper_is():
    assert only_starved(os.getpid(), used=0.1, waited=1.5, deadline=1.0)
    assert not only_starved(os.getpid(), used=1.1, waited=1.5, deadline=1.0)
    assert not only_starved(os.getpid(), used=0.1, waited=5.5, deadline=1.0)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as sleeper:
        until(lambda: not only_starved(sleeper.pid, 0.0, 1.5, 1.0))
        sleeper.kill()
    assert cpu_seconds(os.getpid()) > 0
    assert cpu_seconds(2**30) == 0
