"""The live pipeline: what costs little, what is tried, and which reads count."""

import time

import cv2
import numpy as np
import pytest

from hardware.decode import Pipeline, Read
from hardware.decode.confirm import Confirmation
from hardware.decode.engines import ZxingEngine
from hardware.decode.enhance import noise_of
from hardware.decode.gate import ChangeGate
from hardware.decode.patches import find_patches, patch_of
from hardware.frames import Frame
from hardware.scene import Pose, SensorNoise, code_picture, doorway, hold_up, phone

SIZE = (960, 540)
_SQUARE = ((0, 0), (9, 0), (9, 9), (0, 9))


def scene(light=1.0):
    return cv2.cvtColor(doorway(SIZE, np.random.default_rng(3), light), cv2.COLOR_BGR2GRAY)


def noisy(picture, sigma, seed=1):
    noise = SensorNoise(SIZE, sigma, np.random.default_rng(seed), channels=1)
    while True:
        yield noise.add(picture)


def show(pipeline, pictures, start=0):
    """Every read, with the frame's index."""
    return [
        (index, read)
        for index, picture in enumerate(pictures, start)
        for read in pipeline.process(Frame(picture, index / 30, index))
    ]


def shots(background, symbology, count, sigma=3.0, text="PASS-4711", width=300, **pose):
    picture, _ = hold_up(background, phone(text, symbology, "Night", width), Pose(SIZE[0] / 2, SIZE[1] / 2, **pose))
    stream = noisy(picture, sigma)
    return [next(stream) for _ in range(count)]


@pytest.mark.parametrize("sigma", [1.0, 5.0, 12.0])
@pytest.mark.parametrize("light", [0.5, 3.0])
def test_the_gate_closes_on_a_still_scene_however_noisy_and_opens_for_a_phone(sigma, light):
    gate, stream = ChangeGate(), noisy(scene(light), sigma)
    seen = [gate.look(next(stream), index / 30) for index in range(120)]
    assert not any(s.active for s in seen[60:])
    held = shots(scene(light), "QR", 3, sigma)
    opened = [gate.look(picture, 4 + index / 30) for index, picture in enumerate(held)]
    assert all(s.active for s in opened)
    left, top, right, bottom = opened[-1].region
    assert left < SIZE[0] / 2 - 130 < SIZE[0] / 2 + 130 < right
    assert top < SIZE[1] / 2 - 130 < SIZE[1] / 2 + 130 < bottom


def test_noise_is_measured_beside_edges_and_codes():
    for sigma in (2.0, 8.0):
        (picture,) = shots(scene(), "QR", 1, sigma)
        assert noise_of(picture) == pytest.approx(sigma, rel=0.25)


def test_a_phone_that_does_not_read_yet_costs_little_a_frame(monkeypatch):
    """Every way at once on one frame, six pictures' worth of pixels, made the next and better frame wait."""
    pixels, read = [0.0], ZxingEngine.read

    def counting(self, gray, *words, **options):
        pixels[-1] += gray.size / (SIZE[0] * SIZE[1])
        return read(self, gray, *words, **options)

    monkeypatch.setattr(ZxingEngine, "read", counting)
    pipeline, blurred = Pipeline(), [cv2.GaussianBlur(p, (0, 0), 9) for p in shots(scene(), "PDF417", 40, 6.0)]
    stream = noisy(scene(), 6.0)
    show(pipeline, [next(stream) for _ in range(60)])
    for index, picture in enumerate(blurred, 60):
        pixels.append(0.0)
        pipeline.process(Frame(picture, index / 30, index))
    assert pipeline.counts.decoded >= 40
    assert max(pixels[1:]) < 5


def test_noise_that_rises_is_learned():
    gate = ChangeGate()
    for sigma, start in ((2.0, 0), (14.0, 200)):
        stream = noisy(scene(), sigma)
        seen = [gate.look(next(stream), (start + index) / 30) for index in range(200)]
    assert not any(s.active for s in seen[-30:])


def test_an_empty_scene_is_hardly_decoded():
    pipeline, stream = Pipeline(), noisy(scene(), 5.0)
    assert show(pipeline, (next(stream) for _ in range(200))) == []
    assert pipeline.counts.decoded <= 60
    assert pipeline.counts.heartbeats <= 7


def test_a_clock_that_steps_back_does_not_blind_the_gate():
    pipeline = Pipeline()
    show(pipeline, shots(scene(), "QR", 3), start=9000)
    assert show(pipeline, shots(scene(), "QR", 3, text="OTHER"), start=0)


@pytest.mark.parametrize("symbology", ["QR", "AZTEC", "PDF417", "CODE128"])
def test_a_code_held_up_is_read_within_three_frames(symbology):
    pipeline, empty = Pipeline(), noisy(scene(), 3.0)
    show(pipeline, (next(empty) for _ in range(5)))
    found = show(pipeline, shots(scene(), symbology, 6), start=5)
    assert found[0][0] <= 7
    assert {(r.text, r.format) for _, r in found} == {("PASS-4711", symbology)}
    for _, read in found:
        middle = patch_of(read.outline).centre
        assert np.hypot(middle[0] - SIZE[0] / 2, middle[1] - SIZE[1] / 2) < 40


@pytest.mark.parametrize("roll", [0, 20, 45, 70, 90, 115, 160])
@pytest.mark.parametrize("symbology", ["PDF417", "CODE128"])
def test_bars_are_read_at_any_roll(symbology, roll):
    pipeline = Pipeline()
    found = show(pipeline, shots(scene(), symbology, 8, width=380, roll=roll))
    assert {r.text for _, r in found} == {"PASS-4711"}


def test_a_shadow_across_a_linear_code_is_levelled():
    picture, _ = hold_up(scene(), phone("PASS-4711", "CODE128", "Night", 420), Pose(SIZE[0] / 2, SIZE[1] / 2))
    picture[:, SIZE[0] // 2 :] = (picture[:, SIZE[0] // 2 :] * 0.35).astype(np.uint8)
    assert {r.text for _, r in show(Pipeline(), [picture] * 8)} == {"PASS-4711"}


def test_an_over_exposed_code_is_read():
    picture, _ = hold_up(scene(2.0), phone("PASS-4711", "AZTEC", "Night", 110), Pose(SIZE[0] / 2, SIZE[1] / 2))
    glow = cv2.GaussianBlur(picture, (0, 0), 9)
    stream = noisy(cv2.addWeighted(cv2.GaussianBlur(picture, (0, 0), 1.1), 2.2, glow, 0.9, 0), 3.0)
    assert {r.text for _, r in show(Pipeline(), [next(stream) for _ in range(30)])} == {"PASS-4711"}


def test_what_reads_over_exposed_bars_is_tried_first():
    picture, _ = hold_up(scene(), phone("PASS-4711", "PDF417", "Night", 420), Pose(SIZE[0] / 2, SIZE[1] / 2, roll=2))
    empty, held = (_over_exposed(view) for view in (scene(), picture))
    stream, nobody = noisy(held, 3.0), noisy(empty, 3.0)
    reads = show(Pipeline(), [*(next(nobody) for _ in range(10)), *(next(stream) for _ in range(3))])
    assert reads, "three frames would do"
    assert {read.text for _, read in reads} == {"PASS-4711"}


@pytest.mark.parametrize("before", [0, 3, 9, 12])
def test_over_exposed_bars_never_wait_for_other_ways_of_looking(before):
    picture, _ = hold_up(scene(), phone("PASS-4711", "PDF417", "Night", 420), Pose(SIZE[0] / 2, SIZE[1] / 2, roll=2))
    nobody, arriving, held = (
        noisy(_over_exposed(view), 3.0) for view in (scene(), cv2.GaussianBlur(picture, (0, 0), 8), picture)
    )
    frames = [*(next(nobody) for _ in range(10)), *(next(arriving) for _ in range(before))]
    reads = show(Pipeline(), [*frames, next(held), next(held)])
    assert [read.text for _, read in reads[:1]] == ["PASS-4711"], f"two frames would do after {before} blurred ones"


def _over_exposed(picture):
    small = cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    glow = cv2.resize(cv2.GaussianBlur(small, (0, 0), 2.2), SIZE)
    return cv2.addWeighted(cv2.GaussianBlur(picture, (0, 0), 1.1), 2.2, glow, 0.9, 0)


def test_the_same_frames_give_the_same_reads():
    frames = shots(scene(), "PDF417", 12, sigma=8.0, width=240) + shots(scene(), "CODE128", 12, sigma=8.0)
    assert show(Pipeline(), frames) == show(Pipeline(), frames)


def test_two_codes_side_by_side_are_both_read():
    picture = scene().copy()
    for x, text in ((60, "LEFT"), (560, "RIGHT")):
        code = code_picture(text, "QR", 220)
        picture[100 : 100 + code.shape[0], x : x + code.shape[1]] = code
    assert {r.text for _, r in show(Pipeline(), [picture] * 6)} == {"LEFT", "RIGHT"}


def test_a_new_guest_beside_one_who_stays_is_seen():
    picture = scene().copy()
    code = code_picture("STAYS", "QR", 220)
    picture[100 : 100 + code.shape[0], 60 : 60 + code.shape[1]] = code
    pipeline = Pipeline()
    show(pipeline, [picture] * 10)
    other = code_picture("NEW", "AZTEC", 220)
    picture[150 : 150 + other.shape[0], 560 : 560 + other.shape[1]] = other
    assert "NEW" in {r.text for _, r in show(pipeline, [picture] * 8, start=10)}


@pytest.mark.parametrize(("symbology", "roll"), [("CODE128", 0), ("PDF417", 40), ("QR", 10)])
def test_a_pass_left_lying_is_sighted_often_enough_to_stay_one_presentation(symbology, roll):
    pipeline = Pipeline()
    pictures = shots(scene(), symbology, 30, sigma=6.0, roll=roll) * 12
    sightings = [index / 30 for index, read in show(pipeline, pictures) if read.text == "PASS-4711"]
    gaps = np.diff([0.0, *sightings, 12.0])
    assert max(gaps) < 2.0


def test_a_pass_taken_away_is_not_sighted_any_more():
    pipeline, empty = Pipeline(), noisy(scene(), 3.0)
    assert show(pipeline, shots(scene(), "PDF417", 90))
    assert show(pipeline, [next(empty) for _ in range(120)], start=90) == []


def test_what_is_held_still_and_will_not_read_is_tried_on_until_it_does():
    pipeline, empty = Pipeline(), noisy(scene(), 3.0)
    show(pipeline, [next(empty) for _ in range(60)])
    held, _ = hold_up(scene(), phone("PASS-4711", "QR", "Night", 200), Pose(SIZE[0] / 2, SIZE[1] / 2))
    blurred = noisy(cv2.GaussianBlur(held, (0, 0), 9), 3.0)
    decoded = pipeline.counts.decoded
    assert show(pipeline, [next(blurred) for _ in range(120)], start=60) == []
    assert pipeline.counts.decoded - decoded > 100


def test_an_inverted_code_is_found_by_the_heartbeat_or_before():
    picture = scene().copy()
    code = 255 - code_picture("DARK MODE", "QR", 220)
    picture[100 : 100 + code.shape[0], 60 : 60 + code.shape[1]] = code
    assert {r.text for _, r in show(Pipeline(), [picture] * 90)} == {"DARK MODE"}


def test_inverted_bars_that_are_held_up_are_read_within_half_a_second():
    pipeline, empty = Pipeline(), noisy(scene(), 3.0)
    show(pipeline, [next(empty) for _ in range(5)])
    dark = [255 - picture for picture in shots(255 - scene(), "PDF417", 15, width=500)]
    assert {r.text for _, r in show(pipeline, dark, start=5)} == {"PASS-4711"}


def read(code, data=b"X", engine="zxing", spare=0.0):
    return Read(code, data.decode(), data, _SQUARE, engine, spare)


def frame(index, at=None):
    return Frame(np.zeros((4, 4), np.uint8), index / 30 if at is None else at, index)


@pytest.mark.parametrize(
    ("code", "needs"), [("QR", False), ("AZTEC", False), ("PDF417", True), ("CODE128", True), ("ITF", True)]
)
def test_which_codes_need_two_reads(code, needs):
    assert Confirmation.needed(read(code)) == needs
    assert Confirmation.needed(read(code, engine="zbar"))


def test_the_second_equal_read_must_come_from_another_frame_and_soon():
    confirm = Confirmation()
    assert not confirm.known(read("PDF417"), frame(0))
    assert not confirm.known(read("PDF417"), frame(0))
    assert confirm.known(read("PDF417"), frame(1))
    assert not confirm.known(read("PDF417", b"Y"), frame(2))
    assert not confirm.known(read("PDF417"), frame(200))


def test_garbage_that_used_up_its_error_correction_is_not_saved_by_a_second_view():
    assert not Confirmation.second_view_will_do(read("PDF417", spare=0.2))
    assert Confirmation.second_view_will_do(read("PDF417", spare=0.8))
    assert Confirmation.second_view_will_do(read("CODE128"))
    assert not Confirmation.second_view_will_do(read("ITF"))
    assert not Confirmation.second_view_will_do(read("QR", engine="zbar"))


class Garbage:
    """An engine that reads something else each time it is asked, as was measured on dim codes."""

    name = "zxing"

    def __init__(self):
        self.asked = 0

    def read(self, *_picture, **_options):
        self.asked += 1
        return [read("PDF417", b"%d" % self.asked)]


def test_what_is_read_once_is_never_shown_whoever_looks():
    pipeline = Pipeline()
    pipeline._zxing = garbage = Garbage()
    seen = show(pipeline, [*([scene()] * 3), *shots(scene(), "QR", 4), *([scene()] * 110)])
    assert (seen, pipeline.counts.heartbeats > 0) == ([], True)
    assert garbage.asked > pipeline.counts.heartbeats, "moving and still frames both"


class Overheard(ZxingEngine):
    """The real engine; what it is asked for is noted."""

    def __init__(self):
        self.asked = []

    def read(self, gray, formats, **options):
        self.asked.append(formats)
        return super().read(gray, formats, **options)


def test_a_code_just_read_is_looked_for_where_it_was_and_now_and_then_everywhere():
    pipeline = Pipeline()
    pipeline._zxing = engine = Overheard()
    show(pipeline, [*([scene()] * 3), *shots(scene(), "QR", 3)])
    engine.asked.clear()
    assert len(show(pipeline, shots(scene(), "QR", 8), start=6)) == 8
    assert engine.asked.count(frozenset({"QR"})) == 6
    assert len(engine.asked) == 8


def test_a_phone_without_a_code_is_no_patch():
    picture = scene().copy()
    cv2.rectangle(picture, (300, 80), (600, 500), 230, -1)
    assert find_patches(picture) == []


def test_the_gate_is_cheap():
    gate, stream = ChangeGate(), noisy(scene(), 5.0)
    pictures = [next(stream) for _ in range(10)]
    begun = time.thread_time()
    for index in range(200):
        gate.look(pictures[index % 10], index / 30)
    gate_time = time.thread_time() - begun
    pipeline_begun = time.thread_time()
    for picture in pictures:
        Pipeline().process(Frame(picture, 0.0, 0))
    assert gate_time / 200 < (time.thread_time() - pipeline_begun) / 10 / 4
