"""Signals may come at any moment and more than once: the program ends, it never hangs."""

import signal
import subprocess
import sys

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
