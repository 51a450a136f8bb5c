"""Foreign text is hostile: never rich, never steering, never slow (reliability.md 4.1)."""

import os
import time
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from scanner_app.domain.verdict import Reason
from scanner_app.ui import sample, texts
from scanner_app.ui.plain import visible
from scanner_app.ui.screenshots import SHOTS
from scanner_app.ui.widgets.text import Label

NESTED = "<table><tr><td>" * 190
HOSTILE = {
    "html": "<font color=green size=7>ADMIT</font><b>x</b>",
    "image": '<img src="{fifo}">',
    "device": '<img src="file:///dev/zero">',
    "nested": NESTED,
    "bidi": "\u202eTIMDA\u202c \u2066x\u2069 \u200f",
    "nul": "a\x00b\x1b[31mc\x07",
    "long": "A" * 3072,
    "zalgo": "Z" + "\u0301\u0489" * 500,
    "surrogate": "x\ud800y\udfffz",
    "sql": "'; DROP TABLE passes; --",
    "path": "../../etc/passwd",
    "format": "{0.__class__} %s %n {code}",
    "lines": "ADMIT\nADMIT\u2028ADMIT\r\n",
    "ampersand": "&Admit && &Undo",
    "emoji": "👨\u200d👩\u200d👧 \U000e0041 \U0001f3f4",
    "private": "\ue000\U0010ffff\ufffe",
}


@pytest.fixture
def fifo(tmp_path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


def painted(window, event):
    started = time.monotonic()
    window.screens["door"].hear(event)
    window.repaint()
    window.grab()
    return time.monotonic() - started


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("outcome", ["admit-confirmed", "already-used", "wrong-event"])
def test_hostile_text_stalls_nothing_and_stays_plain(window, door, qtbot, fifo, name, outcome):
    text = HOSTILE[name].replace("{fifo}", str(fifo))
    verdict = sample.VERDICTS[outcome]
    subject = replace(
        verdict.subject, holder=text, template_name=text, notes=text, fields={"ticket": text, "seat": text}
    )
    detail = {k: text if isinstance(v, str) else v for k, v in verdict.detail.items()} | {"used_place": text}
    verdict = replace(verdict, subject=subject, detail=detail)
    screen = window.screens["door"]
    usual = painted(window, sample.decided(sample.VERDICTS[outcome]))
    assert painted(window, sample.decided(verdict, text=text)) < 3 * usual + 0.1  # of this machine, in this minute
    assert screen.panel.headline.text() == texts.headline(texts.verdict_code(verdict))
    for label in window.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText
        assert len(label.text()) < 400
    window._banner.show_verdict(verdict, 1.0)
    window.grab()


@pytest.mark.parametrize("name", HOSTILE)
def test_one_label_costs_nothing(qtbot, fifo, name):
    label = Label("", foreign=True)
    qtbot.addWidget(label)
    started = time.thread_time()  # its own work: on a busy machine the clock on the wall tells of others'
    label.setText(HOSTILE[name].replace("{fifo}", str(fifo)))
    label.grab()
    assert time.thread_time() - started < 0.1


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_shown_is_short_visible_and_encodable(text):
    shown = visible(text)
    assert len(shown) <= 65
    shown.encode("utf-8")
    assert not any(ord(c) < 0x20 or c in "\u202e\u202c\u2066\u2069\u200f\x7f" for c in shown)


def test_names_of_the_world_stay_as_they_are():
    for name in (
        "Zoë Łukasiewicz",
        "محمد الخوارزمي",
        "नील\u200dम",
        "Nguyễn Thị Ánh",
        "李小龍",
        "O'Neill-Ó Súilleabháin",
    ):
        assert visible(name) == name


def test_every_refusal_is_in_the_corpus_of_pictures():
    names = {s.name for s in SHOTS}
    assert {f"door-{r.value.lower().replace('_', '-')}" for r in Reason if r is not Reason.ADMIT} <= names
