"""Tokens made into Qt: fonts, palette and style sheet, for one look and one scale."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from scanner_app.ui import texts
from scanner_app.ui.tokens import DARK, GROWS, PALETTES, RADIUS, SNUG, SPACE, TOUCH, TYPE, Palette

FAMILIES = ("Inter", "Noto Sans Arabic UI", "Noto Sans", "DejaVu Sans")


@dataclass(frozen=True, slots=True)
class Theme:
    """One look: colours, the factor of every size (it follows the screen), and how much larger text is to be."""

    palette: Palette = DARK
    factor: float = 1.0
    reduced_motion: bool = False
    text: float = 1.0

    @classmethod
    def named(cls, name: str, factor: float = 1.0, *, reduced_motion: bool = False, text: float = 1.0) -> Theme:
        """Return the look of that name; an unknown one is the dark."""
        return cls(PALETTES.get(name, DARK), factor, reduced_motion, text)

    def px(self, size: float) -> int:
        """Return a size in this scale."""
        return max(1, round(size * self.factor))

    @property
    def large(self) -> bool:
        """Whether text is so large that screens show less at once."""
        return self.text > 1.2

    def type_px(self, name: str) -> int:
        """Return a step of the type scale in pixels."""
        return self.px(TYPE[name] * (1 + (self.text - 1) * GROWS[name]))

    def text_px(self, size: float) -> int:
        """Return the height of something that holds lines of small text."""
        return self.px(size * (1 + (self.text - 1) * 0.85))

    def space(self, name: str) -> int:
        """Return a distance by its token."""
        return self.px(SPACE[name])

    @property
    def touch(self) -> int:
        """Least side of a touch target."""
        return max(TOUCH, self.px(TOUCH))

    def colour(self, name: str, alpha: float = 1.0) -> QColor:
        """Return a colour by its token."""
        made = QColor(getattr(self.palette, name))
        made.setAlphaF(alpha)
        return made

    def font(self, size: str | float, weight: int = 400) -> QFont:
        """Return a font of the type scale."""
        made = QFont()
        made.setFamilies(list(FAMILIES))
        made.setPixelSize(self.type_px(size) if isinstance(size, str) else self.px(size))
        made.setWeight(QFont.Weight(weight))
        return made

    def apply(self, app: QApplication) -> None:
        """Dress the whole application."""
        load_fonts()
        app.setStyle("Fusion")
        app.setFont(self.font("body"))
        app.setPalette(self._palette())
        app.setStyleSheet(self.sheet())

    def _palette(self) -> QPalette:
        roles = {
            QPalette.ColorRole.Window: "canvas",
            QPalette.ColorRole.WindowText: "ink",
            QPalette.ColorRole.Base: "surface",
            QPalette.ColorRole.AlternateBase: "raised",
            QPalette.ColorRole.Text: "ink",
            QPalette.ColorRole.Button: "raised",
            QPalette.ColorRole.ButtonText: "ink",
            QPalette.ColorRole.Highlight: "accent",
            QPalette.ColorRole.HighlightedText: "accent_ink",
            QPalette.ColorRole.PlaceholderText: "ink_soft",
            QPalette.ColorRole.ToolTipBase: "raised",
            QPalette.ColorRole.ToolTipText: "ink",
        }
        made = QPalette()
        for role, name in roles.items():
            made.setColor(role, self.colour(name))
        return made

    def sheet(self) -> str:
        """Return the style sheet."""
        values: dict[str, str | int] = {**self.palette.colours()}
        values |= {f"t_{k}": self.type_px(k) for k in TYPE}
        values |= {f"s_{k}": self.px(v) for k, v in SPACE.items()}
        values |= {f"r_{k}": self.px(v) for k, v in RADIUS.items()}
        values |= {f"t_snug{n}": round(self.type_px("strong") * part) for n, part in enumerate(SNUG)}
        values["t_section"] = self.type_px("body" if self.large else "strong")
        values |= {"touch": self.touch, "ring": max(2, self.px(3)), "hair": max(1, self.px(1.5)), "box": self.px(30)}
        values["filled"] = "add-page" if texts.is_rtl() else "sub-page"  # Qt turns the handle round, not its pages
        return _style().format_map(values)


@cache
def _style() -> str:
    return (files("resources") / "style" / "window.qss").read_text(encoding="utf-8")


@cache
def load_fonts() -> tuple[str, ...]:
    """Add the fonts that come with the program; return their families. Needs a running application."""
    if QGuiApplication.instance() is None:
        return ()
    families: list[str] = []
    for file in sorted((files("resources") / "fonts").iterdir(), key=lambda f: f.name):
        if file.name.endswith((".otf", ".ttf")):
            number = QFontDatabase.addApplicationFontFromData(file.read_bytes())
            families += QFontDatabase.applicationFontFamilies(number)
    return tuple(dict.fromkeys(families))
