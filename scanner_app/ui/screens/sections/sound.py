"""Sound: on, how loud, and what each verdict sounds like."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSlider

from scanner_app.ui import texts
from scanner_app.ui.screens.forms import field
from scanner_app.ui.screens.sections.page import Office, Page
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.text import Label

HEARD = (
    ("admit", "ADMIT"),
    ("pending", "ADMIT_LOOK"),
    ("attention", "ADMIT_STALE"),
    ("refuse", "ALREADY_USED"),
)


class SoundPage(Page):
    """Every sound to try."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        screen, lay = self.settings.screen, self.lay
        if not self.desk.sounds.available:
            lay.addWidget(Label(texts.word("settings.no_sound"), "strong", tone="warn", wrap=True))
        lay.addWidget(self.check("settings.sounds_on", screen.sounds, lambda on: self.keep_screen(sounds=on)))
        volume = QSlider(Qt.Orientation.Horizontal)
        volume.setRange(0, 100)
        volume.setValue(round(screen.volume * 100))
        volume.setFixedHeight(self.desk.theme.touch)
        volume.sliderReleased.connect(lambda: self.keep_screen(volume=volume.value() / 100))
        field(texts.word("settings.volume"), volume, lay)
        lay.addLayout(self._sounds())
        lay.addStretch(1)

    def _sounds(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(self.desk.theme.space("s"))
        across = 1 if self.desk.theme.large else 2
        for n, (sound, code) in enumerate(HEARD):
            made = button(texts.headline(code), partial(self.desk.sounds.play, sound), name=f"sound-{sound}")
            grid.addWidget(made, n // across, n % across)
        return grid
