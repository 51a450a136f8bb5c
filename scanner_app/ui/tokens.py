"""The one design-token file: colours, type scale, spacing, radii, sizes. Everything seen is made of these."""

from __future__ import annotations

from dataclasses import dataclass, fields
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as #RRGGBB. `x_ink` is what is written on `x`."""

    name: str
    canvas: str
    surface: str
    raised: str
    line: str
    ink: str
    ink_soft: str
    accent: str
    accent_ink: str
    focus: str
    danger: str
    good: str
    warn: str
    # Verdicts. Lightness differs as much as hue: teal is bright, red is dark, so that nobody needs to see red or green.
    admit: str = "#1FC8A5"
    admit_ink: str = "#04211B"
    pending: str = "#0B333B"
    pending_ink: str = "#E6FFFA"
    pending_edge: str = "#35D6BC"
    attention: str = "#FFB31A"
    attention_ink: str = "#1E1400"
    refuse: str = "#A81E1A"
    refuse_ink: str = "#FFFFFF"
    look: str = "#31406F"
    look_ink: str = "#FFFFFF"
    shade: str = "#0A0F1C"  # the ground of an idle kiosk's picture, in every look

    def colours(self) -> dict[str, str]:
        """Return every colour by its name."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "name"}


DARK = Palette(
    name="dark",
    canvas="#0E1418",
    surface="#172026",
    raised="#222E36",
    line="#6B7F8B",
    ink="#F2F6F8",
    ink_soft="#AEBDC6",
    accent="#8CC4FF",
    accent_ink="#08182A",
    focus="#D6EAFF",
    danger="#FF9C94",
    good="#5FE0C3",
    warn="#FFC857",
)
LIGHT = Palette(
    name="light",
    canvas="#EEF2F4",
    surface="#FFFFFF",
    raised="#E3EAEE",
    line="#71838D",
    ink="#10181C",
    ink_soft="#44545D",
    accent="#0A559F",
    accent_ink="#FFFFFF",
    focus="#0A559F",
    danger="#A3160F",
    good="#00604E",
    warn="#7A4B00",
)
CONTRAST = Palette(
    name="contrast",
    canvas="#000000",
    surface="#000000",
    raised="#1C1C1C",
    line="#FFFFFF",
    ink="#FFFFFF",
    ink_soft="#FFFFFF",
    accent="#FFEB3B",
    accent_ink="#000000",
    focus="#00E5FF",
    danger="#FFB3AD",
    good="#7CFFDF",
    warn="#FFE08A",
    admit="#3DFFD2",
    admit_ink="#000000",
    pending="#00181C",
    pending_ink="#FFFFFF",
    pending_edge="#3DFFD2",
    attention="#FFD000",
    attention_ink="#000000",
    refuse="#8A0000",
)
PALETTES = MappingProxyType({p.name: p for p in (DARK, LIGHT, CONTRAST)})

TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    ("ink", "canvas"),
    ("ink", "surface"),
    ("ink", "raised"),
    ("ink_soft", "canvas"),
    ("ink_soft", "surface"),
    ("ink_soft", "raised"),
    ("accent", "surface"),
    ("accent", "canvas"),
    ("accent_ink", "accent"),
    ("danger", "surface"),
    ("danger", "raised"),
    ("good", "surface"),
    ("good", "raised"),
    ("warn", "surface"),
    ("warn", "raised"),
    ("admit_ink", "admit"),
    ("pending_ink", "pending"),
    ("attention_ink", "attention"),
    ("refuse_ink", "refuse"),
    ("look_ink", "look"),
    ("look_ink", "shade"),
)
"""(text, ground) pairs in use; WCAG 2.2 AA asks 4.5:1 (tests/ui/test_tokens.py)."""

SHAPE_PAIRS: tuple[tuple[str, str], ...] = (
    ("focus", "canvas"),
    ("focus", "surface"),
    ("line", "surface"),
    ("line", "canvas"),
    ("pending_edge", "pending"),
)
"""(mark, ground) pairs that carry meaning without text; WCAG 2.2 AA asks 3:1."""

TYPE = MappingProxyType(
    {"caption": 14, "body": 17, "strong": 20, "title": 26, "heading": 36, "name": 44, "display": 64, "verdict": 96}
)
"""The one type scale, in pixels at factor 1 (1280x800, 100 % text)."""

GROWS = MappingProxyType(
    {
        "caption": 1.0,
        "body": 0.9,
        "strong": 0.75,
        "title": 0.55,
        "heading": 0.35,
        "name": 0.3,
        "display": 0.15,
        "verdict": 0.0,
    }
)
"""How much of a larger text size each step takes on: what is large already need not grow for weak eyes."""

SNUG = (1.0, 0.9, 0.8, 0.7)
"""Sizes of a button's words, as parts of the usual one: the first that fits its room is taken."""

SPACE = MappingProxyType({"xs": 4, "s": 8, "m": 16, "l": 24, "xl": 40})
RADIUS = MappingProxyType({"s": 8, "m": 14, "l": 22})
TOUCH = 64
"""Least side of anything a finger should hit, in pixels."""
RAIL = 104
STRIP = 64
TRAINING = 32


def luminance(colour: str) -> float:
    """Return the relative luminance of #RRGGBB (WCAG 2.2, "relative luminance")."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
