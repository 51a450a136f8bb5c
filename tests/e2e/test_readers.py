"""A gate with a serial scanner and an NFC reader at once, and readers as sources of a kiosk."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import time
import tty
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from hardware.camera import CameraState
from hardware.nfc import Refusal
from hardware.readers import NfcOptions
from scanner_app.application.config import APPLE_KEY, GOOGLE_KEY, DeviceConfig, Settings, TapConfig
from scanner_app.application.devices import TapKeys
from scanner_app.application.events import DeviceChanged, DeviceState, Event, Level, Notice
from scanner_app.bootstrap import open_kiosk
from scanner_app.commands.device_words import DeviceWords
from scanner_app.device_desk import KioskDevices
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.errors import SettingsTrouble, StorageTrouble
from scanner_app.domain.verdict import Reason
from scanner_app.reader_line import ReaderLine, TapMemory, nfc_options
from scanner_app.secrets import SecretStore
from scanner_app.sources import CameraLine, SourceSet
from scanner_app.sun_counters import SunCounters
from scanner_app.ui import texts
from tests.e2e.conftest import Scene

sys.path.insert(0, str(Path(__file__).parents[1] / "hardware"))
from sim.iso_dep import IsoDepCard
from sim.phones import AndroidPhone, ApplePhone, seal_vas
from sim.tags import Type2Tag, text
from sim.type_a import TypeACard
from sim.udp_card import UdpCard

KEY = ec.generate_private_key(ec.SECP256R1())
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
PASS_TYPE = "pass.org.example.venue"
TAPS = Settings(devices=DeviceConfig(taps=TapConfig((PASS_TYPE,), google_collector=20180608)))


@pytest.fixture
def port(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    master, slave = os.openpty()
    tty.setraw(slave)
    link = tmp_path / "scanner"
    link.symlink_to(os.ttyname(slave))
    yield master, link
    os.close(master)
    os.close(slave)


def test_a_gate_with_a_scanner_and_a_reader(scene: Scene, port: tuple[int, Path]) -> None:
    master, link = port
    guest = next(g for g in scene.sandbox.guest_line() if g["expected"] == "ADMIT")
    command = [sys.executable, "-m", "scanner_app", "gate", "--data-dir", str(scene.folder), "--json", "--offline"]
    with UdpCard(TypeACard(Type2Tag(text("nobody's")), sak=0)) as wire:
        command += ["--place", scene.place, "--source", f"serial:{link}", "--source", f"nfc:{wire.device}"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as gate:
            try:
                assert gate.stdout is not None
                tapped = json.loads(gate.stdout.readline())  # by then both are open
                os.write(master, guest["barcode"].encode() + b"\r\n")
                scanned = json.loads(gate.stdout.readline())
                gate.send_signal(signal.SIGTERM)
                assert gate.wait(20) == 0
            finally:
                gate.kill()
    assert (tapped["raw"], tapped["symbology"], tapped["reason"]) == ("nobody's", "NDEF_TEXT", "UNKNOWN")
    assert (scanned["raw"], scanned["symbology"], scanned["reason"]) == (guest["barcode"], "SCANNER", "ADMIT")


def test_a_wallet_tap_by_the_settings_and_the_secret_store() -> None:
    options = nfc_options(TAPS, {APPLE_KEY: PEM, GOOGLE_KEY: PEM}, TapMemory({}))
    assert options == nfc_options(TAPS, {APPLE_KEY: PEM, GOOGLE_KEY: PEM}, TapMemory({})), (
        "no reader is reopened for nothing"
    )
    credentials: queue.Queue[Credential] = queue.Queue()
    events: queue.Queue[Event] = queue.Queue()
    phone = TypeACard(IsoDepCard(ApplePhone({PASS_TYPE: (KEY.public_key(), b"T-0001")}, locked_taps=1)), needs_ecp=True)
    with UdpCard(phone) as wire:
        line = ReaderLine(f"nfc:{wire.device}", credentials.put, events.put, options)
        line.start()
        assert credentials.get(timeout=10) == Credential("T-0001", Symbology.VAS)
        assert line.stop()
    assert events.get_nowait() == DeviceChanged(line.spec, DeviceState.RUNNING, reader=True)
    notice = events.get_nowait()
    assert isinstance(notice, Notice)
    assert notice.code == "tap_locked"
    assert events.get_nowait() == DeviceChanged(line.spec, DeviceState.ENDED, reader=True)


def test_a_phone_with_several_passes(scene: Scene) -> None:
    """One tap admits one guest by the first pass that may enter; the next tap by the next; no pass is used twice."""
    good = [str(guest["barcode"]) for guest in scene.sandbox.guest_line() if guest["expected"] == "ADMIT"][:2]
    handed = AndroidPhone(KEY.public_key(), b"", passes=[b"a shop's card", *(code.encode() for code in good)])
    taps: queue.Queue[Credential] = queue.Queue()
    options = nfc_options(TAPS, {GOOGLE_KEY: PEM, APPLE_KEY: PEM}, TapMemory({}))
    with UdpCard(TypeACard(IsoDepCard(handed), sak=0x60)) as wire:
        line = ReaderLine(f"nfc:{wire.device}", taps.put, lambda _event: None, options)
        line.start()
        tapped = taps.get(timeout=10)
        assert line.stop()
    assert (tapped.text, tapped.others) == ("a shop's card", tuple(good))
    with open_kiosk(scene.folder, writes=True, use_keyring=False) as kiosk:
        kiosk.sync.go_offline()
        assert kiosk.door.look(tapped).admits
        seen = [kiosk.door.judge_now(tapped).scan for _ in range(3)]
    assert [(scan.credential.text, scan.verdict.reason) for scan in seen] == [
        (good[0], Reason.ADMIT),
        (good[1], Reason.ADMIT),
        (good[0], Reason.ALREADY_USED),
    ]


def test_the_reader_shows_the_verdict_on_its_own_tap_only(scene: Scene) -> None:
    """Welcome only when it is on disk; of another reader's guest nothing."""
    good = str(next(g for g in scene.sandbox.guest_line() if g["expected"] == "ADMIT")["barcode"])
    shown: list[bool] = []
    line = ReaderLine("nfc:udp:127.0.0.1:9?signal=1", lambda _credential: None, lambda _event: None, NfcOptions())
    line._reader.signal = lambda *, good: shown.append(good)  # type: ignore[method-assign]
    with open_kiosk(scene.folder, writes=True, use_keyring=False) as kiosk:
        kiosk.sync.go_offline()
        line.hear(kiosk.door.judge_now(Credential("another's", Symbology.QR)))
        twice = []
        for _ in range(2):
            line._read(good, "ndef_text")
            twice.append(kiosk.door.judge_now(Credential(good, Symbology.NDEF_TEXT)))
            line.hear(twice[-1])
            line.hear(twice[-1])
        line._read(good, "ndef_text")
        admitted = twice[0]
        assert admitted.scan.verdict.admits
        line.hear(replace(admitted, durable=False))
    assert shown == [True, False, False]


def test_keyboard_scanners_by_their_marks(scene: Scene) -> None:
    """Set by the command line, tried by scanning into it, forgotten again."""
    (kept,) = scene.lines("wedge", "add", "--prefix", "#A", "--suffix", "~", "--kind", "vas", "--json")
    assert (kept["prefix"], kept["suffix"], kept["layout"], kept["kind"]) == ("#A", "~", "us", "vas")
    typed = "#Aé-42~\nT-77-X\nab\n"
    read = [(line["text"], line["kind"]) for line in scene.lines("wedge", "try", "--json", text=typed)]
    assert read == [("é-42", "vas"), ("T-77-X", "scanner"), (None, None)]
    assert scene.lines("wedge", "remove", "--prefix", "#A", "--suffix", "~", "--json") == []


def test_of_a_strangers_card_only_the_end_of_its_number_is_kept(scene: Scene) -> None:
    """Neither the ledger, nor the platform, nor what is printed has more; the reader still shows its refusal."""
    shown: list[bool] = []
    line = ReaderLine("nfc:udp:127.0.0.1:9", lambda _credential: None, lambda _event: None, NfcOptions())
    line._reader.signal = lambda *, good: shown.append(good)  # type: ignore[method-assign]
    with open_kiosk(scene.folder, writes=True, use_keyring=False) as kiosk:
        kiosk.sync.go_offline()
        line._read("04A1B2C3D4E5F6", "uid")
        decided = kiosk.door.judge_now(Credential("04A1B2C3D4E5F6", Symbology.UID))
        line.hear(decided)
    assert (decided.scan.credential.text, decided.scan.verdict.reason) == ("\u2026E5F6", Reason.UNKNOWN)
    assert shown == [False]
    for file in scene.folder.rglob("*"):
        assert not file.is_file() or b"04A1B2C3D4E5F6" not in file.read_bytes(), file


@pytest.mark.parametrize("secrets", [{}, {APPLE_KEY: "no key", GOOGLE_KEY: ""}])
def test_wallets_stay_off_without_good_keys(secrets: dict[str, str]) -> None:
    options = nfc_options(TAPS, secrets, TapMemory({}))
    assert (options.apple, options.google) == (None, None)


def test_wallets_are_off_by_default() -> None:
    options = nfc_options(Settings(), {APPLE_KEY: PEM, GOOGLE_KEY: PEM}, TapMemory({}))
    assert (options.apple, options.google, options.uid_opt_in) == (None, None, False)


def test_sources_follow_the_settings(port: tuple[int, Path]) -> None:
    master, link = port
    credentials: queue.Queue[Credential] = queue.Queue()
    events: queue.Queue[Event] = queue.Queue()
    sources = SourceSet(credentials.put, events.put)
    sources.use([f"serial:{link}", "serial:/dev/x?colour=red"])
    seen = [events.get(timeout=5) for _ in range(2)]
    assert DeviceChanged(f"serial:{link}", DeviceState.RUNNING, reader=True) in seen
    assert DeviceChanged("serial:/dev/x?colour=red", DeviceState.MISSING, "unknown option colour", reader=True) in seen
    os.write(master, b"M1\r")
    assert credentials.get(timeout=5) == Credential("M1", Symbology.SCANNER)
    assert [(r.source, r.state) for r in sources.reports()] == [
        (f"serial:{link}", DeviceState.RUNNING),
        ("serial:/dev/x?colour=red", DeviceState.MISSING),
    ]
    sources.use([])
    assert events.get(timeout=5) == DeviceChanged(f"serial:{link}", DeviceState.ENDED, reader=True)
    assert sources.stop()


def test_a_harvested_tap_counts_at_one_reader_only() -> None:
    old = seal_vas(KEY.public_key(), PASS_TYPE, b"T-9", time.time())
    phone = lambda: TypeACard(IsoDepCard(ApplePhone({PASS_TYPE: (KEY.public_key(), b"")}, harvested=old)))  # noqa: E731
    told: queue.Queue[object] = queue.Queue()
    memory = TapMemory({})
    secrets = {APPLE_KEY: PEM, GOOGLE_KEY: PEM}
    sources = SourceSet(
        told.put, lambda e: told.put(e) if isinstance(e, Notice) else None, lambda: nfc_options(TAPS, secrets, memory)
    )
    with UdpCard(phone()) as one, UdpCard(None) as two:
        sources.use([f"nfc:{one.device}", f"nfc:{two.device}"])
        assert told.get(timeout=8) == Credential("T-9", Symbology.VAS)
        two.card = phone()
        assert told.get(timeout=8) == Notice("tap_replayed", Level.INFO, f"nfc:{two.device}")
        assert sources.stop()


def test_a_reader_that_is_away_beside_a_camera_is_a_warning(tmp_path: Path) -> None:
    events: queue.Queue[Event] = queue.Queue()
    sources = SourceSet(lambda _: None, events.put)
    reader = f"serial:{tmp_path / 'none'}"
    sources.use([str(tmp_path / "film.mp4"), reader])
    told: list[Event] = []
    while not any(isinstance(e, Notice) for e in told):
        told.append(events.get(timeout=10))
    assert sources.stop()
    while not events.empty():
        told.append(events.get())
    assert Notice("device_missing", Level.WARNING, reader) in told
    assert not [e for e in told if isinstance(e, DeviceChanged) and e.source == reader]


def test_a_source_that_cannot_be_meant() -> None:
    with pytest.raises(SettingsTrouble):
        ReaderLine("nfc:nothing", lambda _: None, lambda _: None, nfc_options(Settings(), {}, TapMemory({})))


@pytest.mark.parametrize("language", ["en", "de"])  # the complete ones; what another lacks comes in English
def test_every_refused_tap_has_its_words(language: str) -> None:
    codes = texts.catalogue(language).codes
    assert not [r for r in Refusal if f"tap_{r.value}" not in codes]


def test_a_gate_without_a_window_says_in_words_why_a_tap_does_not_count(capsys: pytest.CaptureFixture[str]) -> None:
    DeviceWords().hear(Notice("tap_foreign_uri", Level.INFO, "nfc:usb"))
    said = "The tag leads somewhere else. Ask for the right card. (tap_foreign_uri: nfc:usb)"
    assert capsys.readouterr().err == f"scanner-app: {said}\n"


def test_taps_are_set_up_and_switched_off_by_the_command_line(scene: Scene, tmp_path: Path) -> None:
    key, tags = tmp_path / "key.pem", tmp_path / "tags"
    key.write_text(PEM)
    tags.write_text("00" * 16 + "\n" + "11" * 16 + "\n")
    words = ["--apple-pass-type", PASS_TYPE, "--apple-key", str(key), "--google-collector", "20180608"]
    words += ["--google-key", str(key), "--google-key-version", "3", "--sun-keys", str(tags)]
    done = scene.run("nfc", "set", *words, "--uri-prefix", "https://t.example/", "--card-uids", "on")
    assert "approval" in done.stdout
    with open_kiosk(scene.folder, writes=False) as kiosk:
        options = nfc_options(kiosk.settings.load(), kiosk.secrets, TapMemory(SunCounters(scene.folder)))
    assert options.apple is not None
    assert options.google is not None
    assert options.sun_keys is not None
    assert (options.google.collector_id, options.google.key_version) == (20180608, 3)
    assert (options.ndef_prefixes, options.uid_opt_in, options.sun_keys.file) == (
        ("https://t.example/",),
        True,
        b"\x11" * 16,
    )
    assert PEM.splitlines()[1] not in (scene.folder / "settings.json").read_text()
    scene.run("nfc", "set", "--off")
    with open_kiosk(scene.folder, writes=False) as kiosk:
        assert nfc_options(kiosk.settings.load(), kiosk.secrets, TapMemory({})) == NfcOptions()
        assert kiosk.secrets.get(APPLE_KEY) is None


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--apple-pass-type", PASS_TYPE], 2),
        (["--google-collector", "7"], 2),
        (["--apple-pass-type", PASS_TYPE, "--apple-key", "/nowhere.pem"], 3),
        (["--sun-keys", "/etc/hostname"], 3),
    ],
)
def test_what_is_wrong_with_a_set_up_is_said(scene: Scene, words: list[str], code: int) -> None:
    done = scene.run("nfc", "set", *words, check=False)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.strip()


def test_counters_of_tags_outlive_a_restart(tmp_path: Path) -> None:
    counters = SunCounters(tmp_path)
    counters[b"\x04" * 7] = 61
    assert dict(SunCounters(tmp_path)) == {b"\x04" * 7: 61}, "on disk before the tap counts"
    counters[b"\x05" * 7] = 1
    del counters[b"\x05" * 7]
    again = SunCounters(tmp_path)
    assert dict(again) == {b"\x04" * 7: 61}
    assert again == counters
    (tmp_path / "sun_counters.json").write_text('{"04": "x"}')
    with pytest.raises(StorageTrouble):
        SunCounters(tmp_path)


def test_keys_from_the_settings_screen(tmp_path: Path) -> None:
    secrets = SecretStore(tmp_path, use_keyring=False)
    desk = KioskDevices(secrets, lambda: None, lambda: None)
    key, tags = tmp_path / "key.pem", tmp_path / "tags"
    key.write_text(PEM)
    tags.write_text("no keys")
    with pytest.raises(SettingsTrouble) as caught:
        desk.keep_tap_keys(apple=str(key), tags=str(tags))
    assert (caught.value.code, "32 hexadecimal" in caught.value.detail) == ("settings_tap_key", True)
    assert desk.tap_keys() == TapKeys()
    desk.keep_tap_keys(apple=str(key))
    assert desk.tap_keys() == TapKeys(apple=True)
    desk.forget_tap_keys()
    assert desk.tap_keys() == TapKeys()
    assert (desk.readers(), desk.open_once()) == ((), "no turnstile")
    assert all(source.startswith(("serial:", "nfc:usb:")) for source, _ in desk.plugged_in())


def test_a_camera_that_stays_away_is_logged_once_and_again_when_that_changes(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "scanner_app.sources")
    line = CameraLine("camera:7", lambda _credential: None, lambda _event: None)
    away, opening = (CameraState.MISSING, "no such device"), (CameraState.OPENING, "")
    for state, why in [opening, away, opening, away, opening, (CameraState.BUSY, "held"), opening, away]:
        line._state(state, why)
    for _ in range(2):
        line._state(CameraState.RUNNING, "")
    line._state(*away)
    gone = "camera:7: missing (no such device)"
    assert caplog.messages == [gone, "camera:7: busy (held)", gone, "camera:7: running", gone]
