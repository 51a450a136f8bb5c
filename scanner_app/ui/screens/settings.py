"""Settings, behind the administrator's PIN: sections at the side, one at a time, kept as soon as it is changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from scanner_app.application.config import AccountConfig, ScreenConfig, Settings
from scanner_app.application.control import Role
from scanner_app.application.events import Event, FrameSeen
from scanner_app.domain.errors import ScannerError
from scanner_app.domain.place import Place
from scanner_app.ui import texts
from scanner_app.ui.desk import Desk, Screen, column
from scanner_app.ui.plain import visible
from scanner_app.ui.screens.camera_form import CameraForm, NewPin
from scanner_app.ui.screens.forms import PLATFORM_NAMES, field, scrolled
from scanner_app.ui.screens.settings_panels import AccountPanel, NewPlacePanel, PlacePanel
from scanner_app.ui.widgets.buttons import button, choice
from scanner_app.ui.widgets.stepper import Stepper
from scanner_app.ui.widgets.text import Label
from scanner_app.ui.widgets.tick import Tick

SECTIONS = ("accounts", "places", "camera", "sound", "look", "language", "kiosk", "pin")
SCALES = (1.0, 1.25, 1.5, 2.0)
START = Qt.AlignmentFlag.AlignLeading


class SettingsScreen(Screen):
    """One section at a time."""

    name = "settings"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        theme = desk.theme
        self.section = SECTIONS[0]
        self._camera: CameraForm | None = None
        self._title = Label("", "heading")
        self._body = column(theme, margin="", gap="m")
        self._group = QButtonGroup(self)
        side = column(theme, margin="", gap="s")
        side.addWidget(Label(texts.word("settings.title"), "title"))
        for name in SECTIONS:
            made = choice(
                texts.word(f"settings.{name}"), partial(self.show_section, name), checked=name == self.section
            )
            made.setObjectName(f"section-{name}")
            self._group.addButton(made)
            side.addWidget(made)
        side.addStretch(1)
        left = QWidget()
        left.setFixedWidth(theme.px(270))
        left.setLayout(side)
        inner = QWidget()
        inner.setObjectName("card")
        inner.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        lay = column(theme, inner, margin="xl", gap="m")
        lay.addWidget(self._title)
        lay.addLayout(self._body, 1)
        row = QHBoxLayout(self)
        edge = theme.space("l")
        row.setContentsMargins(edge, theme.space("s"), edge, edge)
        row.setSpacing(edge)
        area = scrolled(left)
        area.setFixedWidth(theme.px(290))
        row.addWidget(area)
        row.addWidget(inner, 1)

    def shown(self) -> None:
        """Show the section that was open."""
        self.show_section(self.section)

    def hidden(self) -> None:
        """Let the camera go."""
        self._clear()

    def show_section(self, name: str) -> None:
        """Open a section."""
        self.section = name
        for made in self._group.buttons():
            made.setChecked(made.objectName() == f"section-{name}")
        self._clear()
        self._title.setText(texts.word(f"settings.{name}"))
        page = {
            "accounts": self._accounts,
            "places": self._places,
            "camera": self._cameras,
            "sound": self._sound,
            "look": self._look,
            "language": self._language,
            "kiosk": self._kiosk,
            "pin": self._pins,
        }[name]()
        self._body.addWidget(page if name == "camera" else scrolled(page), 1)

    def _clear(self) -> None:
        if self._camera is not None:
            self._camera.stop()
            self._camera = None
        while (item := self._body.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def hear(self, event: Event) -> None:
        """Show the camera's picture in its section."""
        if isinstance(event, FrameSeen) and self._camera is not None:
            self._camera.show_frame(event)

    # --- keeping
    def keep(self, settings: Settings) -> None:
        """Save, then say so; what could not be kept is not shown as kept."""
        self.desk.settings = settings
        control, bridge = self.desk.control, self.desk.bridge
        bridge.call(control.save_settings, settings, done=self._kept, failed=self._not_kept, owner=self)

    def _kept(self, _nothing: object) -> None:
        self.desk.toast(texts.word("settings.saved"), seconds=2)

    def _not_kept(self, error: ScannerError) -> None:
        self.desk.trouble(error)
        self.desk.bridge.call(self.desk.control.settings, done=self._as_before, owner=self)

    def _as_before(self, settings: Settings) -> None:
        self.desk.settings = settings
        self.show_section(self.section)

    def keep_screen(self, **changes: object) -> None:
        """Save a change of the look."""
        screen: ScreenConfig = replace(self.desk.settings.screen, **changes)  # type: ignore[arg-type] # fields by name
        self.keep(replace(self.desk.settings, screen=screen))

    # --- sections
    def _accounts(self) -> QWidget:
        page, lay = self._page()
        for account in self.desk.settings.accounts:
            words = f"{PLATFORM_NAMES.get(account.platform, account.platform)} · {visible(account.url)}"
            lay.addWidget(button(words, partial(self._edit_account, account), "choice", name=words))
        if not self.desk.settings.accounts:
            lay.addWidget(Label(texts.word("account.none"), "soft"))
        lay.addWidget(
            button(texts.word("do.add"), lambda: self._edit_account(None), "primary", name="account-add"), 0, START
        )
        lay.addStretch(1)
        return page

    def _edit_account(self, account: AccountConfig | None) -> None:
        self.desk.open_panel(AccountPanel(self.desk, account, self._account_kept, self._account_removed))

    def _account_kept(self, account: AccountConfig) -> None:
        others = [a if a.id != account.id else account for a in self.desk.settings.accounts]
        if all(a.id != account.id for a in self.desk.settings.accounts):
            others.append(account)
        self.keep(replace(self.desk.settings, accounts=tuple(others)))
        self.show_section("accounts")

    def _account_removed(self, account: AccountConfig) -> None:
        kept = tuple(a for a in self.desk.settings.accounts if a.id != account.id)
        self.keep(replace(self.desk.settings, accounts=kept))
        self.show_section("accounts")

    def _places(self) -> QWidget:
        page, lay = self._page()
        settings = self.desk.settings
        used = settings.current_place
        for place in settings.places:
            words = f"{visible(place.name)} · {texts.word(f'policy.{place.policy.value}')}"
            if used is not None and place.name == used.name:
                words += f" · {texts.word('place.in_use')}"
            lay.addWidget(button(words, partial(self._edit_place, place), "choice", name=words))
        if not settings.places:
            lay.addWidget(Label(texts.word("place.none"), "soft"))
        lay.addWidget(button(texts.word("do.add"), self._add_place, "primary", name="place-add"), 0, START)
        lay.addStretch(1)
        return page

    def _edit_place(self, place: Place) -> None:
        self.desk.open_panel(PlacePanel(self.desk, place, self._place_kept, self._place_removed))

    def _add_place(self) -> None:
        self.desk.open_panel(NewPlacePanel(self.desk, lambda place: self._place_kept(place, place.name, in_use=False)))

    def _place_kept(self, place: Place, was: str, *, in_use: bool) -> None:
        settings = self.desk.settings
        places = [place if p.name == was else p for p in settings.places]
        if all(p.name != was for p in settings.places):
            places.append(place)
        renamed = settings.place == was
        name = place.name if in_use or renamed else settings.place
        self.keep(replace(settings, places=tuple(places), place=name))
        self.show_section("places")

    def _place_removed(self, place: Place) -> None:
        kept = tuple(p for p in self.desk.settings.places if p.name != place.name)
        self.keep(replace(self.desk.settings, places=kept))
        self.show_section("places")

    def _cameras(self) -> QWidget:
        page, lay = self._page()
        sources = self.desk.settings.devices.sources
        form = CameraForm(self.desk, sources[0] if sources else "")
        self._camera = form
        form.look()
        lay.addWidget(form, 1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(button(texts.word("do.save"), lambda: self._keep_camera(form), "primary", name="camera-save"))
        lay.addLayout(foot)
        return page

    def _keep_camera(self, form: CameraForm) -> None:
        old = self.desk.settings.devices
        sources = (form.source, *old.sources[1:]) if form.source else old.sources
        self.keep(replace(self.desk.settings, devices=replace(old, sources=sources, mirror=form.mirror.isChecked())))

    def _sound(self) -> QWidget:
        page, lay = self._page()
        screen = self.desk.settings.screen
        if not self.desk.sounds.available:
            lay.addWidget(Label(texts.word("settings.no_sound"), "strong", tone="warn", wrap=True))
        lay.addWidget(self._check("settings.sounds_on", screen.sounds, lambda on: self.keep_screen(sounds=on)))
        volume = QSlider(Qt.Orientation.Horizontal)
        volume.setRange(0, 100)
        volume.setValue(round(screen.volume * 100))
        volume.setFixedHeight(self.desk.theme.touch)
        volume.sliderReleased.connect(lambda: self.keep_screen(volume=volume.value() / 100))
        field(texts.word("settings.volume"), volume, lay)
        row = QHBoxLayout()
        for sound, code in (
            ("admit", "ADMIT"),
            ("pending", "ADMIT_LOOK"),
            ("attention", "ADMIT_STALE"),
            ("refuse", "ALREADY_USED"),
        ):
            words = texts.headline(code)
            row.addWidget(button(words, partial(self.desk.sounds.play, sound), name=f"sound-{sound}"))
        lay.addLayout(row)
        lay.addStretch(1)
        return page

    def _look(self) -> QWidget:
        page, lay = self._page()
        screen = self.desk.settings.screen
        lay.addWidget(Label(texts.word("settings.theme"), "soft"))
        themes = [(n, texts.word(f"settings.theme.{n}")) for n in ("dark", "light", "contrast")]
        lay.addLayout(self._row(themes, screen.theme, lambda name: self.keep_screen(theme=name)))
        lay.addWidget(Label(texts.word("settings.text_scale"), "soft"))
        scales = [(str(s), f"{round(s * 100)} %") for s in SCALES]
        lay.addLayout(self._row(scales, str(screen.text_scale), lambda s: self.keep_screen(text_scale=float(s))))
        motion = self._check("settings.motion", screen.reduced_motion, lambda on: self.keep_screen(reduced_motion=on))
        lay.addWidget(motion)
        lay.addStretch(1)
        return page

    def _language(self) -> QWidget:
        page, lay = self._page()
        group = QButtonGroup(page)
        for code in texts.languages():
            words = texts.catalogue(code).name
            made = choice(words, partial(self.keep_screen, language=code), checked=code == texts.language(), name=words)
            group.addButton(made)
            lay.addWidget(made)
        lay.addStretch(1)
        return page

    def _kiosk(self) -> QWidget:
        page, lay = self._page()
        settings = self.desk.settings
        name = QLineEdit(settings.device)
        name.editingFinished.connect(lambda: self._keep_name(name.text().strip()))
        field(texts.word("settings.device"), name, lay)
        attended = self._check("settings.attended", settings.screen.attended, lambda on: self.keep_screen(attended=on))
        lay.addWidget(attended)
        lay.addWidget(Label(texts.word("settings.attended_help"), "soft", wrap=True))
        full = self._check(
            "settings.full_screen", settings.screen.full_screen, lambda on: self.keep_screen(full_screen=on)
        )
        lay.addWidget(full)
        seconds = Stepper(
            self.desk.theme, texts.word("settings.seconds"), 1, 30, round(settings.screen.verdict_seconds)
        )
        seconds.changed = lambda value: self.keep_screen(verdict_seconds=float(value))
        field(texts.word("settings.seconds"), seconds, lay)
        row = QHBoxLayout()
        row.addWidget(button(texts.word("settings.rerun"), self.desk.rerun_setup, name="rerun-setup"))
        row.addWidget(button(texts.word("settings.quit"), self.desk.leave, "danger", name="quit"))
        lay.addLayout(row)
        lay.addStretch(1)
        return page

    def _keep_name(self, name: str) -> None:
        if name and name != self.desk.settings.device:
            self.keep(replace(self.desk.settings, device=name))

    def _pins(self) -> QWidget:
        page, lay = self._page()
        for role in reversed(Role):
            words = texts.word("pin.title", role=texts.word(f"role.{role.value}"))
            lay.addWidget(button(words, partial(self._new_pin, role), "choice", name=words))
        lay.addStretch(1)
        return page

    def _new_pin(self, role: Role) -> None:
        self.desk.open_panel(NewPin(self.desk, role, self._pin_kept, self.desk.close_panel).pad)

    def _pin_kept(self) -> None:
        self.desk.close_panel()
        self.desk.toast(texts.word("pin.saved"))

    # --- pieces
    def _page(self) -> tuple[QWidget, QVBoxLayout]:
        page = QWidget()
        return page, column(self.desk.theme, page, margin="", gap="s")

    def _check(self, key: str, on: bool, then: Callable[[bool], None]) -> Tick:  # noqa: FBT001 - a state
        made = Tick(self.desk.theme, texts.word(key), on=on)
        made.toggled.connect(then)
        return made

    def _row(self, options: Sequence[tuple[str, str]], current: str, then: Callable[[str], None]) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(self.desk.theme.space("s"))
        across = 1 if self.desk.theme.large else len(options)
        for n, (value, words) in enumerate(options):
            made = choice(words, partial(then, value), checked=value == current, name=words)
            grid.addWidget(made, n // across, n % across)
        return grid
