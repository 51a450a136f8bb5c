"""Payloads exactly as coded: UTF-8, Latin-1, NUL, control characters, long ones."""

import sys

import numpy as np
import pytest
import segno
import zxingcpp

from hardware.decode import FORMATS, Pipeline, decode_image
from hardware.decode.engines import zbar_or_reason
from hardware.frames import Frame

B = zxingcpp.BarcodeFormat


def byte_mode(data):
    """A QR code of these bytes with nothing that names an encoding, as most passes have it."""
    rows = segno.make_qr(data, mode="byte", encoding=None, eci=False).matrix
    modules = np.pad(np.array([[0 if dark else 255 for dark in row] for row in rows], np.uint8), 4, constant_values=255)
    return np.kron(modules, np.ones((4, 4), np.uint8))


def drawn(content, code=B.QRCode, scale=4):
    barcode = zxingcpp.create_barcode(content, code)
    return np.array(barcode.to_image(scale=scale, add_quiet_zones=True), np.uint8)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Zoé".encode("latin-1"), "Zoé"),
        ("Zoé Müller €5".encode(), "Zoé Müller €5"),
        ("Großé".encode("latin-1"), "Großé"),
        ("Привет".encode(), "Привет"),
        (b"AB\0CD", "AB\0CD"),
        (b"01\x1dABC\x1e\x04", "01\x1dABC\x1e\x04"),
        ("日本".encode("shift_jis"), "日本"),
        (b"../../etc/passwd", "../../etc/passwd"),
        ("\u202etxet".encode(), "\u202etxet"),
    ],
)
def test_bytes_and_text_of_a_qr_code(data, text):
    (read,) = decode_image(byte_mode(data))
    assert (read.data, read.text, read.engine) == (data, text, "zxing")


@pytest.mark.parametrize("data", [bytes(range(128, 144)), b"\x80\x81A\xff\xfe", b"\xed\xa0\x80"])
def test_bytes_that_are_no_text_are_kept(data):
    (read,) = decode_image(byte_mode(data))
    assert read.data == data
    read.text.encode("utf-8", "surrogatepass")


def test_a_code_128_with_fnc4_keeps_its_letter():
    """zbar reads this as an s; the decoder of record has the last word."""
    (read,) = decode_image(drawn("TICKET-ó", B.Code128))
    assert read.text == "TICKET-ó"


def test_three_thousand_bytes():
    text = "A1" * 1400
    (read,) = decode_image(drawn(text, scale=3))
    assert read.text == text


_SAMPLES = {
    "QR": (B.QRCode, "PASS-1"),
    "PDF417": (B.PDF417, "PASS-1"),
    "AZTEC": (B.Aztec, "PASS-1"),
    "CODE128": (B.Code128, "PASS-1"),
    "MICRO_QR": (B.MicroQRCode, "PASS1"),
    "RMQR": (B.RMQRCode, "PASS-1"),
    "DATA_MATRIX": (B.DataMatrix, "PASS-1"),
    "EAN13": (B.EAN13, "4006381333931"),
    "UPCA": (B.UPCA, "036000291452"),
    "CODE39": (B.Code39, "PASS-1"),
    "CODABAR": (B.Codabar, "A123456B"),
    "ITF": (B.ITF, "12345678"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_read_when_allowed_and_only_then(name):
    code, text = _SAMPLES[name]
    picture = drawn(text, code)
    assert [(r.format, r.text, r.data) for r in decode_image(picture, frozenset({name}))] == [
        (name, text, text.encode())
    ]
    other = frozenset({"AZTEC" if name != "AZTEC" else "QR"})
    assert decode_image(picture, other) == []


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_comes_through_the_live_pipeline(name):
    code, text = _SAMPLES[name]
    picture = np.full((400, 640), 255, np.uint8)
    symbol = drawn(text, code, scale=3)
    picture[40 : 40 + symbol.shape[0], 30 : 30 + symbol.shape[1]] = symbol
    pipeline = Pipeline(frozenset({name}))
    found = [read for index in range(4) for read in pipeline.process(Frame(picture, index / 30, index))]
    assert {(read.format, read.text) for read in found} == {(name, text)}


@pytest.mark.parametrize("code", [B.QRCode, B.Aztec, B.PDF417, B.Code128])
def test_an_inverted_code_is_read(code):
    """A browser in its dark mode turns pictures over; the decoder of record does that for square codes alone."""
    (read,) = decode_image(255 - drawn("DARK MODE 1", code))
    assert read.text == "DARK MODE 1"


def test_zbar_is_believed_for_plain_ascii_qr_codes_only():
    zbar, missing = zbar_or_reason()
    if zbar is None:
        pytest.skip(missing)
    (read,) = zbar.read(drawn("PASS-1"), frozenset({"QR"}))
    assert (read.text, read.engine) == ("PASS-1", "zbar")
    assert zbar.read(byte_mode("Zoé Müller €5".encode()), frozenset({"QR"})) == []
    assert zbar.read(drawn("PASS-1", B.Code128), frozenset({"CODE128"})) == []


@pytest.mark.parametrize(
    "picture", [np.zeros((1, 1), np.uint8), np.zeros((2, 500), np.uint8), np.full((9, 9), 255, np.uint8)]
)
def test_tiny_pictures_hold_nothing(picture):
    assert decode_image(picture) == []
    assert Pipeline().process(Frame(picture, 0.0, 0)) == []


@pytest.mark.parametrize("picture", [np.zeros((9, 9, 3), np.uint8), np.zeros((9, 9), np.float32)])
def test_pictures_of_another_kind_are_refused(picture):
    with pytest.raises(ValueError, match="gray 8-bit"):
        decode_image(picture)


def test_a_machine_without_zbar_says_so_and_decodes_all_the_same(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyzbar", None)
    pipeline = Pipeline()
    assert "zbar is not installed" in pipeline.without_zbar
    assert [r.text for r in pipeline.process(Frame(byte_mode(b"PASS-1"), 0.0, 0))] == ["PASS-1"]
    assert [r.text for r in decode_image(byte_mode(b"PASS-1"))] == ["PASS-1"]


@pytest.mark.parametrize("name", ["CODE39", "CODABAR", "CODE128", "ITF"])
def test_a_linear_code_that_fills_the_whole_picture_is_read_twice_all_the_same(name):
    """Nothing around it is left for a turned view; the second equal read comes from the picture sampled anew."""
    code, text = _SAMPLES[name]
    symbol = np.array(zxingcpp.create_barcode(text, code).to_image(scale=2, add_quiet_zones=False), np.uint8)
    edge_to_edge = np.pad(np.repeat(symbol[:1], 60, axis=0), ((0, 30), (0, 0)), constant_values=255)
    assert [(r.format, r.text) for r in decode_image(edge_to_edge, frozenset({name}))] == [(name, text)]
