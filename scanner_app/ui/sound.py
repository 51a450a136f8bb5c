"""Four short sounds, one per kind of verdict. Silent where the computer has no way to make them; the screen says so."""

from __future__ import annotations

import logging
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from PySide6.QtCore import QLoggingCategory, QObject, QUrl

from scanner_app.domain.verdict import Verdict
from scanner_app.ui import texts

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QSoundEffect

log = logging.getLogger(__name__)
NAMES = ("admit", "pending", "attention", "refuse")


def name(verdict: Verdict) -> str:
    """Return the sound of a verdict."""
    if not verdict.admits:
        return "refuse"
    return {"ADMIT": "admit", "LEAVE": "admit", "ADMIT_STALE": "attention"}.get(texts.verdict_code(verdict), "pending")


class Sounds(QObject):
    """Plays sounds; `available` says whether any can be heard."""

    def __init__(self, parent: QObject | None = None, *, silent: bool = False) -> None:
        super().__init__(parent)
        self._effects: dict[str, QSoundEffect] = {}
        self._loaded = silent
        self.enabled = True
        self.volume = 0.8

    @property
    def available(self) -> bool:
        """Whether this computer can make a sound."""
        self.load()
        return bool(self._effects)

    def play(self, sound: str) -> None:
        """Play one of NAMES; nothing where there is no sound."""
        if not self.enabled:
            return
        self.load()
        effect = self._effects.get(sound)
        if effect is not None:
            effect.setVolume(self.volume)
            effect.play()

    def load(self) -> None:
        """Get ready, once. Not at import: QtMultimedia needs system libraries that a bare machine lacks."""
        if self._loaded:
            return
        self._loaded = True
        # A machine without sound is no fault: its libraries' complaints belong in no log.
        QLoggingCategory.setFilterRules("qt.multimedia.*=false")
        try:
            from PySide6.QtMultimedia import QMediaDevices, QSoundEffect
        except ImportError as error:
            log.info("no sound: %s", error)
            return
        if QMediaDevices.defaultAudioOutput().isNull():
            log.info("no sound: no audio output")
            return
        for sound in NAMES:
            with as_file(files("resources") / "sounds" / f"{sound}.wav") as path:
                effect = QSoundEffect(self)
                effect.setSource(QUrl.fromLocalFile(str(path)))
                self._effects[sound] = effect
