"""Files as people have them: odd kinds of pictures are read, and of others it is said what is wrong."""

import struct
import zlib

import numpy as np
import pytest

from hardware.opencv import cv2
from hardware.pictures import CannotOpen
from hardware.recordings import reads_of
from hardware.scene import code_picture


def texts(path):
    return [found.read.text for found in reads_of(path)]


@pytest.fixture
def code():
    return code_picture("HELLO", "QR", 210)


def transparent(ink, cover, deep):
    """BGRA: `ink` where `cover` is, nothing elsewhere."""
    most = 65535 if deep else 255
    picture = np.zeros((*cover.shape, 4), np.uint16 if deep else np.uint8)
    picture[cover, :3], picture[cover, 3] = ink * most, most
    return picture


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize(("ink", "inverted"), [(0, False), (1, True)])
def test_a_code_on_nothing_is_read(tmp_path, code, ink, inverted, deep):
    cover = code >= 128 if inverted else code < 128
    path = tmp_path / "code.png"
    cv2.imwrite(str(path), transparent(ink, cover, deep))
    assert texts(path) == ["HELLO"]


@pytest.mark.parametrize("kind", ["tiff", "png", "webp", "gif"])
def test_every_page_or_moment_of_a_picture_is_read(tmp_path, kind):
    """Scanned tickets come as TIFF with pages; what the same code shows on each moment is told once."""
    path = tmp_path / f"tickets.{kind}"
    pages = [code_picture(text, "QR", 210) for text in ("FIRST", "SECOND", "SECOND", "THIRD")]
    if kind == "tiff":
        cv2.imwritemulti(str(path), pages)
    else:
        moments = cv2.Animation()
        moments.frames = [np.dstack([page] * 3 + [np.full_like(page, 255)]) for page in pages]
        moments.durations = np.full(len(pages), 500, np.int32)
        assert cv2.imwriteanimation(str(path), moments)
    assert texts(path) == ["FIRST", "SECOND", "THIRD"]


@pytest.mark.parametrize("kind", ["gif", "avif"])
def test_a_single_picture_in_a_kind_that_may_move_is_looked_at_as_a_picture(tmp_path, code, kind):
    """As a film of one frame it got one look, and codes at a slant or light on dark were not found."""
    path = tmp_path / f"ticket.{kind}"
    cv2.imwrite(str(path), np.dstack([255 - code] * 3))
    assert texts(path) == ["HELLO"]


def test_no_more_pages_than_a_person_would_show(tmp_path, monkeypatch):
    path = tmp_path / "tickets.tiff"
    cv2.imwritemulti(str(path), [code_picture(text, "QR", 210) for text in ("FIRST", "SECOND", "THIRD")])
    monkeypatch.setattr("hardware.pictures.MOST_PAGES", 2)
    assert texts(path) == ["FIRST", "SECOND"]


def test_sixteen_bits_a_pixel_are_read(tmp_path, code):
    path = tmp_path / "deep.png"
    cv2.imwrite(str(path), code.astype(np.uint16) * 257)
    assert texts(path) == ["HELLO"]


def png_saying(width, height):
    """The head of a picture of this size; that it has no more is found out late, if its size is taken."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = b"IDAT" + zlib.compress(b"")
    pieces = [
        struct.pack(">I", len(piece) - 4) + piece + struct.pack(">I", zlib.crc32(piece)) for piece in (head, body)
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(pieces)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("big.png", png_saying(20_000, 20_000), "is too big"),
        ("wide.png", png_saying(30_000, 10), "is too big"),
        ("text.png", b"some text\n", "is not a picture that can be read"),
        ("nothing.png", b"", "is empty"),
        ("nothing.mp4", b"", "is empty"),
        ("notes.txt", b"some text\n", "is not a picture or video that can be read"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_words(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CannotOpen) as caught:
        reads_of(tmp_path / name)
    assert str(caught.value).startswith(f"{tmp_path / name} {said}")
    assert "OpenCV" not in str(caught.value)


def test_half_a_picture_is_none(tmp_path, code):
    whole = cv2.imencode(".png", code)[1].tobytes()
    (tmp_path / "half.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CannotOpen, match="a part of it is missing"):
        reads_of(tmp_path / "half.png")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CannotOpen, match="No such file"):
        reads_of(tmp_path / "absent.png")
