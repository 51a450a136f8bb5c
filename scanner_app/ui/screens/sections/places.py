"""Places: the doors this kiosk may work at, and the one in use."""

from __future__ import annotations

from functools import partial

from scanner_app.domain.place import Place
from scanner_app.ui import texts
from scanner_app.ui.plain import visible
from scanner_app.ui.screens.sections.page import START, Office, Page
from scanner_app.ui.screens.settings_panels import NewPlacePanel, PlacePanel
from scanner_app.ui.widgets.buttons import button
from scanner_app.ui.widgets.text import Label


class PlacesPage(Page):
    """Every place, and one more."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        used = self.settings.current_place
        for place in self.settings.places:
            words = f"{visible(place.name)} · {texts.word(f'policy.{place.policy.value}')}"
            if used is not None and place.name == used.name:
                words += f" · {texts.word('place.in_use')}"
            self.lay.addWidget(button(words, partial(self.edit, place), "choice", name=words, foreign=True))
        if not self.settings.places:
            self.lay.addWidget(Label(texts.word("place.none"), "soft"))
        self.lay.addWidget(button(texts.word("do.add"), self._add, "primary", name="place-add"), 0, START)
        self.lay.addStretch(1)

    def edit(self, place: Place) -> None:
        """Open a place."""
        self.desk.open_panel(PlacePanel(self.desk, place, self._kept, self._removed))

    def _add(self) -> None:
        self.desk.open_panel(NewPlacePanel(self.desk, lambda place: self._kept(place, place.name, in_use=False)))

    def _kept(self, place: Place, was: str, *, in_use: bool) -> None:
        settings = self.settings
        places = [place if p.name == was else p for p in settings.places]
        if all(p.name != was for p in settings.places):
            places.append(place)
        renamed = settings.place == was
        self.keep(places=tuple(places), place=place.name if in_use or renamed else settings.place)
        self.again("places")

    def _removed(self, place: Place) -> None:
        self.keep(places=tuple(p for p in self.settings.places if p.name != place.name))
        self.again("places")
