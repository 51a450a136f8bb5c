"""Structured append: parts are told apart from codes, joined when all were seen, and never taken for a pass."""

import io
from functools import reduce
from operator import xor
from types import SimpleNamespace

import numpy as np
import pytest
import segno
import zxingcpp

from hardware.decode import DEFAULT_FORMATS, Pipeline, decode_image
from hardware.decode.engines import ZxingEngine
from hardware.decode.link import Answer, read_answer, send_answer
from hardware.decode.parts import PATIENCE, Parts, join
from hardware.decode.read import Part, Read
from hardware.decode.structured_append import part_of
from hardware.frames import Frame

TEXT = "PASS-4711-OF-ZOË-" * 5


def drawn(code, scale=4):
    rows = np.array([[0 if dark else 255 for dark in row] for row in code.matrix], np.uint8)
    return np.kron(np.pad(rows, 4, constant_values=255), np.ones((scale, scale), np.uint8))


def parts(text=TEXT, count=3, **how):
    return [drawn(code) for code in segno.make_sequence(text, symbol_count=count, **how)]


def scene(*pictures):
    side = 20 + max(picture.shape[0] for picture in pictures)
    canvas = np.full((side + 20, side * len(pictures) + 20), 200, np.uint8)
    for number, picture in enumerate(pictures):
        canvas[20 : 20 + picture.shape[0], 20 + side * number : 20 + side * number + picture.shape[1]] = picture
    return canvas


@pytest.mark.parametrize("error", "LMQH")
@pytest.mark.parametrize("length", [3, 40, 150, 400])
def test_each_part_says_which_it_is(error, length):
    """All versions and levels that a phone can show, upright, turned and in a mirror."""
    for number, picture in enumerate(parts("b9Hé" * length, 4, error=error, boost_error=False), 1):
        for seen in (picture, np.rot90(picture), picture[:, ::-1]):
            (read,) = ZxingEngine().read(np.ascontiguousarray(seen), frozenset({"QR"}))
            assert read.part is not None
            assert (read.part.number, read.part.count) == (number, 4)


@pytest.mark.parametrize("version", [1, 2, 7, 14, 25, 40])
def test_a_code_of_its_own_is_no_part(version):
    for text in ("4711", "PASS-1", "pass/1é"):
        (read,) = ZxingEngine().read(drawn(segno.make_qr(text, version=version)), frozenset({"QR"}))
        assert read.part is None


def test_a_picture_with_every_part_gives_the_whole():
    (read,) = decode_image(scene(*reversed(parts())))
    assert (read.text, read.data, read.part) == (TEXT, TEXT.encode("latin-1"), None)


def test_a_part_alone_is_given_as_a_part():
    first, _, _ = parts()
    (read,) = decode_image(scene(first))
    assert (read.part.number, read.part.count) == (1, 3)


def test_parts_of_two_codes_are_not_joined():
    (first, _), (_, second) = parts("AAAA-ONE" * 6, 2), parts("BBBB-TWO" * 6 + "!", 2)
    assert {read.part is not None for read in decode_image(scene(first, second))} == {True}


def test_parts_that_take_longer_together_than_one_may_are_not_refused_on_the_way():
    """A guest who turned to the third part after more than a second was refused for it before the last was shown."""
    kept, texts = Parts(), (b"ONE-", b"TWO-", b"THREE-", b"FOUR")
    parity, corner = reduce(xor, b"".join(texts)), ((0, 0),) * 4
    made = [Read("QR", t.decode(), t, corner, "zxing", part=Part(n, 4, "QR-4", parity)) for n, t in enumerate(texts, 1)]
    told = [kept.settle([read], 0.8 * PATIENCE * number) for number, read in enumerate(made)]
    assert [[read.text for read in reads] for reads in told] == [[], [], [], ["ONE-TWO-THREE-FOUR"]]


@pytest.mark.parametrize(("second", "joined"), [(b"TWO", b"ONE-TWO"), (b"OWN", None)])
def test_parts_whose_parity_is_not_that_of_the_whole_are_never_joined(second, joined):
    """Of two codes with as many parts one in 256 carries the parity of the other."""
    parity = reduce(xor, b"ONE-TWO")
    made = [
        Read("QR", data.decode(), data, ((0, 0),) * 4, "zxing", part=Part(number, 2, "QR-2", parity))
        for number, data in enumerate((b"ONE-", second), 1)
    ]
    whole = join(made)
    assert (whole and whole.data) == joined


def shown(pipeline, pictures, start=0):
    found = []
    for index, picture in enumerate(pictures, start):
        found += pipeline.process(Frame(picture, index / 30, index))
    return found


def test_parts_shown_one_after_the_other_come_out_as_one():
    pipeline = Pipeline()
    pictures = [scene(picture) for picture in parts() for _ in range(6)]
    assert {(read.text, read.part) for read in shown(pipeline, pictures)} == {(TEXT, None)}


def test_one_part_held_up_is_told_of_after_a_while():
    pipeline = Pipeline()
    one = [scene(parts()[1])] * 75
    early = shown(pipeline, one[: int(PATIENCE * 30)])
    late = shown(pipeline, one[int(PATIENCE * 30) :], int(PATIENCE * 30))
    assert early == []
    assert {(read.part.number, read.part.count) for read in late} == {(2, 3)}


def test_a_macro_pdf417_is_a_part_too():
    """Its writer is not at hand: the engine's word for it is a field beside the text."""

    assert part_of(SimpleNamespace(extra={"FileId": "001", "UEC": 1.0}, symbology_identifier="]L2")).count == 0
    plain = zxingcpp.create_barcode("PASS-1", zxingcpp.BarcodeFormat.PDF417)
    (read,) = ZxingEngine().read(np.array(plain.to_image(scale=3), np.uint8), DEFAULT_FORMATS)
    assert read.part is None


def test_parts_come_through_the_pipe_from_the_child():
    first, *_ = parts()
    reads = tuple(decode_image(scene(first)))
    pipe = io.BytesIO()
    send_answer(pipe, Answer(1, reads, 0.5, ""))
    pipe.seek(0)
    (read,) = read_answer(pipe).reads
    assert (read.part.number, read.part.count) == (1, 3)
