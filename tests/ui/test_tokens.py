"""Contrast is proven, not judged by eye; verdicts are told apart without colour vision."""

import itertools

import pytest

from scanner_app.ui.tokens import PALETTES, SHAPE_PAIRS, TEXT_PAIRS, TOUCH, TYPE, contrast

# Machado, Oliveira, Fernandes 2009, severity 1.0: what people without one kind of cone see, linear RGB.
BLIND = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}
VERDICTS = ("admit", "pending", "attention", "refuse")


@pytest.mark.parametrize("palette", PALETTES.values(), ids=lambda p: p.name)
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_can_be_read(palette, text, ground):
    assert contrast(getattr(palette, text), getattr(palette, ground)) >= 4.5


@pytest.mark.parametrize("palette", PALETTES.values(), ids=lambda p: p.name)
@pytest.mark.parametrize(("mark", "ground"), SHAPE_PAIRS)
def test_marks_can_be_seen(palette, mark, ground):
    assert contrast(getattr(palette, mark), getattr(palette, ground)) >= 3


@pytest.mark.parametrize("vision", BLIND)
@pytest.mark.parametrize("palette", PALETTES.values(), ids=lambda p: p.name)
def test_verdicts_differ_for_every_eye(palette, vision):
    for one, other in itertools.combinations(VERDICTS, 2):
        assert _apart(getattr(palette, one), getattr(palette, other), BLIND[vision]) > 0.1, (one, other)


def _apart(one: str, other: str, matrix) -> float:
    """Euclidean distance in OKLab (Ottosson 2020); black and white are 1 apart, a just visible step is about 0.02."""
    return sum((a - b) ** 2 for a, b in zip(_oklab(one, matrix), _oklab(other, matrix), strict=True)) ** 0.5


def _oklab(colour: str, matrix):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    r, g, b = (min(1.0, max(0.0, sum(m * c for m, c in zip(row, linear, strict=True)))) for row in matrix)
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    mid = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * mid - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * mid + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * mid - 0.8086757660 * short,
    )


def test_sizes_fit_hands_and_eyes():
    assert TOUCH >= 64
    assert TYPE["verdict"] >= 96
    assert list(TYPE.values()) == sorted(TYPE.values())
