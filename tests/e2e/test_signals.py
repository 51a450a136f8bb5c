"""Signals may come at any moment and more than once: the program ends, it never hangs and never aborts."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scanner_app import cli
from tests.e2e.conftest import Scene

CHILD = """
import sys, threading
from scanner_app.lifecycle import stop_signals
with stop_signals() as stop:
    print("ready", flush=True)
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    while not ended.is_set():
        stop.wait(0.001)
        stop.clear()
"""


def test_signals_that_interrupt_each_other_do_not_hang_the_program():
    with subprocess.Popen([sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        try:
            for _ in range(20_000):
                child.send_signal(signal.SIGTERM)
                child.send_signal(signal.SIGINT)
            child.stdin.close()
            assert child.wait(30) == 0
        finally:
            child.kill()


def test_a_verb_interrupted_while_it_is_loaded_ends_as_one_that_runs(tmp_path, monkeypatch):
    (tmp_path / "verb_that_loads.py").write_text("import signal\nsignal.raise_signal(signal.SIGINT)\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(cli.VERBS, "gate", ("verb_that_loads", "run"))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in a shell's background have it ignored
    try:
        assert cli.main(["gate"]) == 0
    except KeyboardInterrupt:
        pytest.fail("a traceback on the terminal")  # let out, it would end the tests
    finally:
        signal.signal(signal.SIGINT, before)


def test_gate_ends_in_order_while_its_input_stays_open_and_prints_on_any_terminal(scene: Scene) -> None:
    gate = [sys.executable, "-m", "scanner_app", "gate", "--data-dir", str(scene.folder), "--place", scene.place]
    gate += ["--offline", "--json", "--source", "-"]
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(gate, env=environment, **pipes) as child:
        try:
            child.stdin.write("Zoë €\n".encode())
            child.stdin.flush()
            assert json.loads(child.stdout.readline().decode("latin-1"))["raw"] == "Zoë €"
            child.send_signal(signal.SIGTERM)
            assert child.wait(20) == 0
            assert child.stderr.read() == b""
        finally:
            child.kill()
    for shut, name in (("<&-", "standard input"), (">&-", "standard output")):
        closed = ["sh", "-c", f'exec "$@" {shut}', "sh", *gate]
        done = subprocess.run(closed, input=b"a guest\n", capture_output=True, timeout=60, check=False)
        assert (done.returncode, done.stderr.decode()) == (3, f"scanner-app: Bad file descriptor: {name}\n")
    assert "a guest" not in [line["raw"] for line in scene.lines("export", "scans")], (
        "judged where nobody could be told"
    )


@pytest.mark.skipif(os.name == "nt", reason="a shell that closes descriptors")
def test_no_file_of_the_program_takes_the_place_of_a_stream_that_was_closed(tmp_path: Path) -> None:
    """A line that some library prints would go into it: a database's first bytes."""
    look = "import os, sys; from scanner_app import cli; cli.main(['wedge']); made = open(sys.argv[1], 'wb'); "
    look += "os.write(1, b'x'); os.write(2, b'x'); sys.exit(made.fileno())"
    command = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", sys.executable, "-c", look, str(tmp_path / "ledger")]
    assert subprocess.run(command, timeout=60, check=False).returncode > 2
    assert (tmp_path / "ledger").read_bytes() == b""


INTERRUPTED_WHILE_IT_OPENS = """
import os, signal, sys
from scanner_app.cli import main
from scanner_app.ui.window import Window

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background work has it ignored
show = Window.show

def interrupted(self):
    os.kill(os.getpid(), signal.SIGINT)
    show(self)

Window.show = interrupted
sys.exit(main(["run", "--windowed", "--data-dir", sys.argv[1]]))
"""


def test_the_window_interrupted_while_it_opens_ends_in_order(tmp_path):
    words = [sys.executable, "-c", INTERRUPTED_WHILE_IT_OPENS, str(tmp_path / "kiosk")]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
