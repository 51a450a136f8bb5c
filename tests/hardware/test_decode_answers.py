"""What the decoder's child says is believed only where it makes sense: it handles strangers' pictures."""

import io
import json
import struct

import pytest

from hardware.decode.link import LinkBroken, read_answer

READ = {"format": "QR", "text": "A", "data": "41", "outline": [[0, 0]] * 4, "engine": "zxing", "part": None}


def said(**changes):
    body = json.dumps({"seq": 1, "ms": 2.0, "notice": "", "reads": [{**READ, **changes}]}).encode()
    return io.BytesIO(struct.pack("<I", len(body)) + body)


def test_what_makes_sense_is_read():
    assert [(read.text, read.data) for read in read_answer(said()).reads] == [("A", b"A")]


@pytest.mark.parametrize(
    "change",
    [
        {"format": "EVIL"},
        {"text": 7},
        {"data": "zz"},
        {"outline": [[0, 0]] * 3},
        {"outline": 1},
        {"part": ["x", "y"]},
    ],
)
def test_what_makes_none_is_the_end_of_it(change):
    with pytest.raises(LinkBroken):
        read_answer(said(**change))


def test_an_answer_longer_than_any_is_not_waited_for():
    with pytest.raises(LinkBroken, match="bytes"):
        read_answer(io.BytesIO(struct.pack("<I", (4 << 20) + 1)))
