"""`nfc read` as a process: lines on stdout, sentences on stderr, exit codes, clean ends."""

import json
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sim.iso_dep import IsoDepCard
from sim.phones import AndroidPhone, ApplePhone
from sim.tags import SunTag, Type2Tag, uri
from sim.type_a import TypeACard
from sim.udp_card import UdpCard

from scanner_app import settings as settings_file
from scanner_app.application.config import APPLE_KEY, DeviceConfig, Settings, TapConfig
from scanner_app.secrets import SecretStore

KEY = ec.generate_private_key(ec.SECP256R1())
ID = "pass.org.example.venue"


@pytest.fixture
def key_file(tmp_path):
    file = tmp_path / "key.pem"
    file.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return str(file)


@contextmanager
def reading(*arguments):
    command = [sys.executable, "-W", "error", "-m", "scanner_app", "nfc", "read", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_an_iphone_as_one_line_of_json(key_file):
    card = TypeACard(IsoDepCard(ApplePhone({ID: (KEY.public_key(), b"T-0001")})), needs_ecp=True)
    with UdpCard(card) as wire:
        options = ["--apple-pass-type", ID, "--apple-key", key_file]
        with reading("--device", wire.device, "--json", *options) as process:
            line = json.loads(process.stdout.readline())
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
    assert set(line) == {"kind", "value", "trust", "ms"}
    assert (line["kind"], line["value"], line["trust"]) == ("vas", "T-0001", "wallet")


def test_an_android_phone_and_a_count(key_file):
    card = TypeACard(IsoDepCard(AndroidPhone(KEY.public_key(), b"2018", key_version=3)))
    options = ["--google-collector", "20180608", "--google-key", key_file, "--google-key-version", "3"]
    with UdpCard(card) as wire, reading("--device", wire.device, "--json", "--count", "1", *options) as process:
        out, _ = process.communicate(timeout=20)
        assert process.returncode == 0
    assert json.loads(out)["value"] == "2018"


def test_any_uri_is_shown_and_interrupt_ends_cleanly():
    card = TypeACard(Type2Tag(uri("example.org/x", 4)), sak=0)
    with UdpCard(card) as wire, reading("--device", wire.device, "--json") as process:
        line = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert process.stderr.read() == ""
    assert (line["kind"], line["value"], line["trust"]) == ("ndef_uri", "https://example.org/x", "tag")


def test_a_proven_tag(tmp_path):
    keys = tmp_path / "tag-keys"
    keys.write_text("00" * 16 + "\n" + "00" * 16)
    with UdpCard(TypeACard(IsoDepCard(SunTag("https://tags.example/t")))) as wire:
        options = ["--count", "1", "--sun-keys", str(keys)]
        with reading("--device", wire.device, "--json", *options) as process:
            out, _ = process.communicate(timeout=20)
    line = json.loads(out)
    assert (line["kind"], line["trust"], len(line["value"])) == ("sun", "sun", 14)


def test_what_was_set_up_can_be_tried(tmp_path):
    settings = Settings(devices=DeviceConfig(taps=TapConfig((ID,), card_uids=True)))
    settings_file.save(tmp_path, settings)
    pem = KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
    SecretStore(tmp_path, use_keyring=False).put(APPLE_KEY, pem)
    card = TypeACard(IsoDepCard(ApplePhone({ID: (KEY.public_key(), b"T-0002")})), needs_ecp=True)
    with UdpCard(card) as wire:
        options = ["--data-dir", str(tmp_path), "--as-set-up", "--count", "1"]
        with reading("--device", wire.device, "--json", *options) as process:
            out, _ = process.communicate(timeout=20)
    assert json.loads(out)["value"] == "T-0002"


def test_why_a_card_is_not_taken_is_said():
    with UdpCard(TypeACard(Type2Tag(b""), sak=0)) as wire, reading("--device", wire.device, "--json") as process:
        said = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert said.startswith("not taken: There is no pass on this card, and card numbers are not accepted here. (uid_not")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--device", "nonsense"], 2, "not a device"),
        (["--device", "udp:127.0.0.1:99999"], 2, "not a device"),
        (["--device", "usb", "--apple-pass-type", ID], 2, "go together"),
        (["--device", "usb", "--google-collector", "7"], 2, "go together"),
        (["--device", "usb", "--google-collector", "x", "--google-key", "y"], 2, "x is not a number from 1"),
        (["--device", "usb", "--apple-pass-type", "", "--apple-key", "y"], 2, "go together"),
        (["--device", "usb", "--apple-pass-type", ID, "--apple-key", "/nowhere/key.pem"], 3, "no key file"),
        (
            ["--device", "usb", "--google-collector", "7", "--google-key", "y", "--google-key-version", "4294967296"],
            2,
            "from 1",
        ),
        (["--device", "usb", "--sun-keys", "/etc/hostname"], 3, "two words"),
        (
            ["--device", "usb", "--sun-keys", "/nowhere/keys"],
            3,
            "file /nowhere/keys cannot be read",
        ),
        (["--device", "usb", "--as-set-up", "--uid"], 2, "no other choice"),
        (["--device", "tty:USB99:pn532"], 3, "no reader found"),
        (["--device", "usb:ffff:ffff"], 3, "install|no reader found"),
        (["--device", "pcsc:none"], 3, "pcsc|no reader found"),
    ],
)
def test_what_is_wrong_is_said(arguments, code, said):
    with reading(*arguments) as process:
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (code, "")
    assert any(part in err for part in said.split("|")), err
