"""Damaged codes of arbitrary bytes, a short run: no death, no exception, and the decoder still reads afterwards."""

import threading

import numpy as np
import segno

from hardware.decode import FORMATS, DecoderProcess, Pipeline, decode_image
from hardware.decode.engines import zbar_or_reason
from hardware.fakes import hostile_frames
from hardware.frames import Frame
from hardware.scene import code_picture


def test_two_thousand_damaged_codes_in_the_child():
    results, done = [], threading.Event()

    def on_result(result):
        results.append(result)
        if any(read.text == "STILL HERE" for read in result.reads):
            done.set()

    decoder = DecoderProcess(on_result=on_result, deadline=5.0)
    decoder.start()
    try:
        for frame in hostile_frames(2000):
            assert decoder.submit_each(frame, 30)
        assert decoder.submit_each(Frame(code_picture("STILL HERE", "QR", 200), 100.0, 2000), 30)
        assert done.wait(30)
    finally:
        assert decoder.stop()
    counters = decoder.counters
    assert (counters.restarts, counters.errors, counters.decoded) == (0, 0, 2001), counters.last_trouble


def test_damaged_codes_with_every_format_allowed():
    pipeline = Pipeline(frozenset(FORMATS))
    for frame in hostile_frames(400, seed=2):
        pipeline.process(frame)
    for frame in hostile_frames(60, seed=3):
        decode_image(frame.gray, frozenset(FORMATS))
    good = code_picture("STILL HERE", "QR", 200)
    assert [read.text for read in pipeline.process(Frame(good, 100.0, 400))] == ["STILL HERE"]
    assert [read.text for read in decode_image(good, frozenset(FORMATS))] == ["STILL HERE"]


def test_parts_of_a_structured_append_do_not_end_the_second_engine():
    """pyzbar raises ValueError (4294967295 is not a valid ZBarOrientation) on each of them."""
    zbar, _ = zbar_or_reason()
    for part in segno.make_sequence("A PASS IN SEVERAL PARTS " * 8, symbol_count=4):
        rows = np.array([[0 if dark else 255 for dark in row] for row in part.matrix], np.uint8)
        picture = np.kron(np.pad(rows, 4, constant_values=255), np.ones((4, 4), np.uint8))
        assert zbar is None or zbar.read(picture, frozenset({"QR"})) == []
        decode_image(picture)
