"""A window on a made-up door, offscreen; nothing of it left behind."""

import threading

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication

from scanner_app.ui import texts
from scanner_app.ui.bridge import Bridge
from scanner_app.ui.sample_door import SampleDoor
from scanner_app.ui.sound import Sounds
from scanner_app.ui.window import Window


@pytest.fixture
def bridge(qapp):
    made = Bridge()
    yield made
    assert made.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("window-call")]
    made.deleteLater()
    _bury()


@pytest.fixture
def door():
    return SampleDoor()


@pytest.fixture
def open_window(qtbot, bridge, door):
    """Return a function that opens the window on the door as it then is."""
    opened = []

    def open_it(size=(1280, 800)):
        window = Window(door, bridge, settings=door.settings(), status=door.status(), sounds=Sounds(silent=True))
        deaf = door.listen(bridge.hear)
        opened.append((window, deaf))
        window.resize(*size)
        window.show()
        qtbot.waitExposed(window)
        return window

    yield open_it
    for window, deaf in opened:
        deaf()
        window.close_now()
        window.deleteLater()
    _bury()
    assert [w for w in QApplication.topLevelWidgets() if w.isVisible()] == []
    app = QApplication.instance()
    assert app.findChildren(QTimer) == []
    texts.set_language("en")


@pytest.fixture
def window(open_window):
    return open_window()


def _bury():
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()
