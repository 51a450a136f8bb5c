"""The recorded line: a real video file, decoded for real, every guest exactly once and in order."""

import pytest

from hardware.camera import open_source
from hardware.decode import DEFAULT_FORMATS, Debounce, DecoderProcess
from hardware.guest_line import GuestClip, line_pictures, write_line
from hardware.recordings import reads_of

GUESTS = [
    GuestClip("7f1c8f0e-6a3b-4a52-9d38-0d1c5d1a7b01", "QR", "Summer Night"),
    GuestClip("PASS-2024-000017", "PDF417", "Summer Night"),
    GuestClip("f3b0c442-98fc-1c14-9afb-f4c8996fb924", "AZTEC", "Summer Night"),
    GuestClip("TICKET-00042", "CODE128", "Summer Night"),
    GuestClip("Zoé €-42", "QR", "Zoé"),
    GuestClip("Zoé €-42", "QR", "Zoé again"),
]
EXPECTED = [(guest.text, guest.symbology) for guest in GUESTS]


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    path = tmp_path_factory.mktemp("line") / "line.avi"
    write_line(path, GUESTS, fps=20)
    return path


def test_every_guest_is_presented_once_and_in_order(line):
    found = list(reads_of(line))
    assert [(p.read.text, p.read.format) for p in found] == EXPECTED


def test_the_same_line_through_camera_thread_and_decoder_process_twice_over(line):
    runs = []
    for _ in range(2):
        found, debounce = [], Debounce()

        def on_result(result, found=found, debounce=debounce):
            found += [(result.frame_index, r) for r in result.reads if debounce.is_new(r, result.frame_at)]

        decoder = DecoderProcess(DEFAULT_FORMATS, on_result=on_result)
        decoder.start()
        source = open_source(str(line), paced=False)
        source.start(decoder.submit_each, lambda state, why: None)
        assert source.wait(60)
        assert decoder.flush()
        assert source.stop()
        assert decoder.stop()
        assert decoder.dropped == 0
        runs.append(found)
    assert runs[0] == runs[1]
    assert [(r.text, r.format) for _, r in runs[0]] == EXPECTED


def test_the_same_seed_draws_the_same_line():
    one, other = (list(line_pictures(GUESTS[:1], fps=10, size=(640, 360), seed=5)) for _ in range(2))
    assert all((a == b).all() for a, b in zip(one, other, strict=True))


def test_a_place_that_cannot_be_written_is_an_error(tmp_path):
    with pytest.raises(OSError, match="cannot write"):
        write_line(tmp_path / "no" / "such" / "folder" / "line.avi", GUESTS[:1])
