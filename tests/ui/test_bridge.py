"""Events and results reach the window's thread; frames are latest-wins; nothing outlives close()."""

import threading

import pytest
from PySide6.QtCore import QObject

from scanner_app.application.events import Checking, FrameSeen
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.errors import Bug, StorageKind, StorageTrouble
from scanner_app.ui.bridge import Bridge


def from_another_thread(act):
    thread = threading.Thread(target=act)
    thread.start()
    thread.join()


def test_events_arrive_on_the_windows_thread_in_order(qtbot, bridge):
    heard = []
    bridge.listen(lambda event: heard.append((event, threading.current_thread())))
    events = [Checking(Credential(str(2**40 + n), Symbology.QR)) for n in range(50)]
    from_another_thread(lambda: [bridge.hear(e) for e in events])
    qtbot.waitUntil(lambda: len(heard) == 50)
    assert [e for e, _ in heard] == events
    assert {t for _, t in heard} == {threading.main_thread()}


def test_frames_are_latest_wins(qtbot, bridge):
    heard = []
    bridge.listen(heard.append)
    frames = [FrameSeen("camera:0", n) for n in range(500)]
    from_another_thread(lambda: [bridge.hear(f) for f in frames])
    qtbot.waitUntil(lambda: bool(heard) and heard[-1] is frames[-1])
    assert len(heard) == 1


def test_a_frame_never_waits_before_a_verdict_for_ever(qtbot, bridge):
    heard = []
    bridge.listen(heard.append)
    checking = Checking(Credential("x", Symbology.QR))
    for n in range(100):
        bridge.hear(FrameSeen("camera:0", n))
    bridge.hear(checking)
    qtbot.waitUntil(lambda: checking in heard)
    assert len(heard) == 2


def test_calls_run_elsewhere_and_answer_here(qtbot, bridge):
    ran, answered = [], []

    def work(a, b):
        ran.append(threading.current_thread())
        return a + b

    bridge.call(work, 2, 3, done=lambda result: answered.append((result, threading.current_thread())))
    qtbot.waitUntil(lambda: bool(answered))
    assert answered == [(5, threading.main_thread())]
    assert ran[0] is not threading.main_thread()


def test_troubles_go_to_whoever_asked(qtbot, bridge):
    heard = []
    bridge.call(_raise, StorageTrouble(StorageKind.FULL), failed=heard.append)
    qtbot.waitUntil(lambda: bool(heard))
    assert heard[0].code == "storage_full"


def test_troubles_nobody_asked_about_reach_the_window_and_bugs_are_logged(qtbot, bridge, caplog):
    heard = []
    bridge.on_trouble(heard.append)
    bridge.call(_raise, ZeroDivisionError("ours"))
    qtbot.waitUntil(lambda: bool(heard))
    assert isinstance(heard[0], Bug)
    assert "ZeroDivisionError" in caplog.text


def _raise(error):
    raise error


def test_answers_for_the_dead_are_dropped(qtbot, bridge):
    owner = QObject()
    gate = threading.Event()
    heard, after = [], []
    bridge.call(gate.wait, 10, done=heard.append, owner=owner)
    owner.deleteLater()
    qtbot.waitUntil(lambda: not _alive(owner))
    gate.set()
    bridge.call(lambda: 1, done=after.append)
    qtbot.waitUntil(lambda: bool(after))
    assert heard == []


def _alive(thing):
    from shiboken6 import isValid

    return isValid(thing)


@pytest.mark.parametrize("threads", [1, 4])
def test_close_joins_every_thread_and_deafens(qapp, threads):
    bridge = Bridge(threads)
    heard = []
    bridge.listen(heard.append)
    started = [t for t in threading.enumerate() if t.name.startswith("window-call")]
    assert len(started) == threads
    bridge.hear(Checking(Credential("late", Symbology.QR)))
    assert bridge.close()
    assert not any(t.is_alive() for t in started)
    bridge.hear(Checking(Credential("later", Symbology.QR)))
    bridge.call(heard.append, 1)
    qapp.processEvents()
    assert heard == []
