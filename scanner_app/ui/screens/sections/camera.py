"""Camera: which one, with its picture beside it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout

from scanner_app.application.events import FrameSeen
from scanner_app.ui import texts
from scanner_app.ui.screens.camera_form import CameraForm
from scanner_app.ui.screens.sections.page import Office, Page
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.scroll import scrolled


class CameraPage(Page):
    """The cameras, live; kept by a button, so that looking at one changes nothing."""

    fills = True

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        sources = self.settings.devices.sources
        self.form = CameraForm(self.desk, sources[0] if sources else "", tunes=True)
        self.form.look()
        self.lay.addWidget(scrolled(self.form) if self.desk.theme.large else self.form, 1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(button(texts.word("do.save"), self._save, "primary", name="camera-save"))
        self.lay.addLayout(foot)

    def _save(self) -> None:
        old, form = self.settings.devices, self.form
        sources = (form.source, *old.sources[1:]) if form.source else old.sources
        tuning = {**old.tuning, **({form.source: form.tuner.kept} if form.tuner and form.tuner.kept else {})}
        self.keep(devices=replace(old, sources=sources, mirror=form.mirror.isChecked(), tuning=tuning))

    def show_frame(self, frame: FrameSeen) -> None:
        """Show the picture."""
        self.form.show_frame(frame)

    def leave(self) -> None:
        """Let the camera go."""
        self.form.stop()
