"""Whole files at once: every code in a picture, every presentation in a video."""

from collections.abc import Iterator
from pathlib import Path

from hardware.capture import PICTURES, Reader, gray_of, open_file, read_picture
from hardware.decode import DEFAULT_FORMATS, Presentation, decode_image, presentations
from hardware.frames import Frame


def reads_of(path: Path, formats: frozenset[str] = DEFAULT_FORMATS) -> Iterator[Presentation]:
    """The reads in a picture (frame 0) or video, as they are found. CannotOpen when the file is neither."""
    if path.suffix.lower() in PICTURES:
        return iter([Presentation(read, 0.0, 0) for read in decode_image(gray_of(read_picture(path)), formats)])
    return presentations(_frames(open_file(path)), formats)


def _frames(reader: Reader) -> Iterator[Frame]:
    try:
        index = 0
        while (picture := reader.read()) is not None:
            yield Frame(gray_of(picture.colour), picture.offset or 0.0, index)
            index += 1
    finally:
        reader.close()
