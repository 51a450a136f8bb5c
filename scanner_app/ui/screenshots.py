"""Draws every screen and every verdict into files, offscreen, from made-up data that is the same every time."""

from __future__ import annotations

from pathlib import Path

from scanner_app.application.events import Checking
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.passes import Direction
from scanner_app.domain.verdict import Grade, Reason
from scanner_app.ui import sample, texts
from scanner_app.ui.application import application
from scanner_app.ui.sample_door import SampleDoor
from scanner_app.ui.sample_scenes import both_ways, fresh, joined, locked, training, unattended, with_photos
from scanner_app.ui.screens.settings import SECTIONS
from scanner_app.ui.screens.setup import STEPS
from scanner_app.ui.screenshot_stage import Shot, staged
from scanner_app.ui.shots import door, helpdesk, kiosk, office, settings

SIZES = ((1280, 800), (1920, 1080))

STANDS = {"not-inside": both_ways(Direction.EXIT), "already-inside": both_ways(Direction.ENTRY)}
"""The doors at which alone a verdict can be."""
SHOTS: tuple[Shot, ...] = (
    Shot("door-ready", door.camera),
    Shot("door-checking", door.with_camera(Checking(Credential("x", Symbology.QR)))),
    *(Shot(f"door-{name}", door.verdict(name), STANDS.get(name, SampleDoor)) for name in sample.VERDICTS),
    Shot("door-entry", door.camera, both_ways(Direction.ENTRY)),
    Shot("door-exit", door.camera, both_ways(Direction.EXIT)),
    Shot("door-leave", door.leaving, both_ways(Direction.EXIT)),
    Shot("door-photo", door.photo, with_photos),
    Shot("door-offline", door.offline),
    Shot("door-look-only", door.look_only),
    Shot("door-behind", door.behind),
    Shot("door-undo-toast", door.toast),
    Shot("door-error-toast", door.message),
    Shot("door-disk-full", door.trouble),
    Shot("door-type-a-code", door.button("door-type")),
    Shot("door-scan-over-panel", door.banner),
    Shot("keyboard", door.typing),
    Shot("door-choose", door.button("door-choose", "ambiguous")),
    Shot("door-override", door.button("door-override", "already-used")),
    Shot("door-last-scan", door.last_scan),
    Shot("leave", door.leave),
    Shot("pin", door.pin, locked),
    Shot("pin-locked-out", door.pin_wait, locked),
    *(Shot(f"setup-{n + 1}-{step}", settings.setup_step(n), fresh) for n, step in enumerate(STEPS)),
    Shot("setup-6-ready", settings.setup_step(len(STEPS)), fresh),
    *(Shot(f"settings-{section}", settings.at(section)) for section in SECTIONS),
    Shot("settings-one-account", settings.panel("accounts", "account-add")),
    Shot("settings-add-reader", settings.panel("readers", "reader-add")),
    Shot("settings-readers-lowest", settings.readers_lowest),
    Shot("settings-one-scanner", settings.panel("readers", "wedge-0")),
    Shot("settings-taps", settings.panel("readers", "taps-set")),
    Shot("settings-one-place", settings.panel("places", f"{sample.GARDEN.name} · ", starts=True)),
    Shot(
        "settings-one-place-codes", settings.lowest(settings.panel("places", f"{sample.GARDEN.name} · ", starts=True))
    ),
    Shot("settings-new-place", settings.panel("places", "place-add")),
    Shot("setup-scan-a-code", settings.setup_scan, fresh),
    Shot("setup-one-time-code", settings.setup_code, fresh),
    Shot("settings-more-kiosks-code", settings.more_kiosks),
    Shot("settings-more-kiosks-one-time", settings.one_time_code),
    Shot("helpdesk-empty", office.opened("helpdesk")),
    Shot("helpdesk", helpdesk.search),
    Shot("helpdesk-code", helpdesk.code),
    Shot("helpdesk-offline", helpdesk.without_network),
    Shot("helpdesk-new-pass", helpdesk.new_pass),
    Shot("helpdesk-new-pass-made", helpdesk.new_pass_made),
    Shot("helpdesk-link", helpdesk.link),
    Shot("helpdesk-link-made", helpdesk.link_made),
    Shot("helpdesk-project", helpdesk.project),
    Shot("helpdesk-message", helpdesk.message),
    Shot("helpdesk-for-good", helpdesk.for_good),
    Shot("history", office.opened("history")),
    Shot("history-conflicts", office.conflicts),
    Shot("history-details", office.details),
    Shot("history-undone", office.undone),
    Shot("venue", office.venue, joined),
    Shot("venue-no-hub", office.no_hub, joined),
    Shot("door-no-hub", door.alone, joined),
    Shot("readiness-venue", office.opened("readiness"), joined),
    Shot("numbers", office.numbers),
    Shot("numbers-platform", office.platform_numbers),
    Shot("readiness", office.ready),
    Shot("readiness-not", office.not_ready),
    Shot("readiness-name", office.one_name),
    Shot("kiosk-waiting", kiosk.waiting, unattended),
    Shot("kiosk-reading", door.camera, unattended),
    Shot("kiosk-checking", door.with_camera(Checking(Credential("x", Symbology.QR))), unattended),
    Shot("kiosk-admitted", door.with_camera(sample.decided(sample.admitted(Grade.PENDING))), unattended),
    Shot("kiosk-gate-open", kiosk.gate_open, unattended),
    Shot("kiosk-attract", kiosk.attract, unattended),
    Shot("kiosk-refused", door.with_camera(sample.decided(sample.refused(Reason.NOT_YET_VALID))), unattended),
    Shot("kiosk-see-staff", door.with_camera(sample.decided(sample.refused(Reason.ALREADY_USED))), unattended),
    Shot("kiosk-staff", kiosk.staff, unattended),
    Shot("training-door", door.verdict("already-used"), training(attended=True)),
    Shot("training-panel", door.button("door-type"), training(attended=True)),
    Shot("training-kiosk", kiosk.waiting, training(attended=False)),
    Shot("kiosk-out-of-order", kiosk.out_of_order, unattended),
)
LOOKS: tuple[str, ...] = ("light", "contrast")
"""The other looks; a few pictures of each are enough."""
IN_EVERY_LOOK = ("door-ready", "door-admit-confirmed", "door-admit-pending", "door-already-used", "settings-look")


def render_all(
    out: Path, languages: tuple[str, ...] = texts.languages(), sizes: tuple[tuple[int, int], ...] = SIZES
) -> list[Path]:
    """Draw every screen in these languages and sizes into `out`/LANGUAGE/WIDTHxHEIGHT/NAME.png; return the files."""
    application()
    drawn: list[Path] = []
    for language in languages:
        for size in sizes:
            folder = out / language / f"{size[0]}x{size[1]}"
            folder.mkdir(parents=True, exist_ok=True)
            drawn += [_draw(shot, folder / f"{shot.name}.png", language, size) for shot in SHOTS]
        folder = out / language / f"{sizes[0][0]}x{sizes[0][1]}"
        for look in LOOKS:
            chosen = [shot for shot in SHOTS if shot.name in IN_EVERY_LOOK]
            drawn += [_draw(s, folder / f"{s.name}-{look}.png", language, sizes[0], look) for s in chosen]
    return drawn


def _draw(shot: Shot, path: Path, language: str, size: tuple[int, int], look: str = "dark") -> Path:
    with staged(shot, language, size, look) as stage:
        stage.window.grab().save(str(path))
    return path
