"""Look: colours, size of text, movement."""

from __future__ import annotations

from scanner_app.ui import texts
from scanner_app.ui.screens.sections.page import Office, Page
from scanner_app.ui.widgets.text import Label

SCALES = (1.0, 1.25, 1.5, 2.0)


class LookPage(Page):
    """Shown at once."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        screen, lay = self.settings.screen, self.lay
        lay.addWidget(Label(texts.word("settings.theme"), "soft"))
        themes = [(n, texts.word(f"settings.theme.{n}")) for n in ("dark", "light", "contrast")]
        lay.addLayout(self.options(themes, screen.theme, lambda name: self.keep_screen(theme=name)))
        lay.addSpacing(self.desk.theme.space("s"))
        lay.addWidget(Label(texts.word("settings.text_scale"), "soft"))
        scales = [(str(s), f"{round(s * 100)} %") for s in SCALES]
        lay.addLayout(self.options(scales, str(screen.text_scale), lambda s: self.keep_screen(text_scale=float(s))))
        lay.addSpacing(self.desk.theme.space("s"))
        still = self.check("settings.motion", screen.reduced_motion, lambda on: self.keep_screen(reduced_motion=on))
        lay.addWidget(still)
        lay.addSpacing(self.desk.theme.space("s"))
        lay.addWidget(Label(texts.word("settings.keyboard"), "soft"))
        modes = [(m, texts.word(f"settings.keyboard.{m}")) for m in ("off", "touch", "always")]
        lay.addLayout(self.options(modes, screen.keyboard, lambda mode: self.keep_screen(keyboard=mode)))
        lay.addStretch(1)
