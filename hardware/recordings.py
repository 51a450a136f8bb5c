"""Whole files at once: every code in a picture, every presentation in a video."""

from collections.abc import Iterator
from pathlib import Path

from hardware.capture import Reader, gray_of, open_file
from hardware.decode import DEFAULT_FORMATS, Presentation, decode_image, presentations
from hardware.frames import Frame, Gray
from hardware.pictures import is_picture, pictures_of


def reads_of(path: Path, formats: frozenset[str] = DEFAULT_FORMATS) -> Iterator[Presentation]:
    """The reads in a picture or video, as they are found. CannotOpen when the file is neither.

    A picture's frames are its pages or, where it is animated, its moments; what several of them show is told once.
    """
    if is_picture(path):
        return _on_pages(pictures_of(path), formats)
    return presentations(_frames(open_file(path)), formats)


def _on_pages(pages: Iterator[Gray], formats: frozenset[str]) -> Iterator[Presentation]:
    told: set[tuple[str, bytes]] = set()
    for index, colour in enumerate(pages):
        found = decode_image(gray_of(colour), formats)
        yield from (Presentation(read, 0.0, index) for read in found if (read.format, read.data) not in told)
        told.update((read.format, read.data) for read in found)  # two of one picture are two


def _frames(reader: Reader) -> Iterator[Frame]:
    try:
        index = 0
        while (picture := reader.read()) is not None:
            yield Frame(gray_of(picture.colour), picture.offset or 0.0, index)
            index += 1
    finally:
        reader.close()
