"""The Debian package: it builds, holds what a kiosk needs and nothing of a developer's, and its parts agree."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from configparser import RawConfigParser
from pathlib import Path

import pytest

from hardware.nfc.diagnosis import blacklist, udev_rules

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
SCRIPTS = [
    PACKAGING / "build-deb.sh",
    PACKAGING / "kiosk" / "session",
    *(PACKAGING / "debian" / name for name in ("preinst", "postinst", "prerm", "postrm")),
]
needs_dpkg = pytest.mark.skipif(
    not (shutil.which("dpkg-deb") and shutil.which("git") and (ROOT / ".git").exists()),
    reason="builds a Debian package from the last commit: needs dpkg-deb, git and the repository",
)


def out(*words: str) -> str:
    """Return what a command prints; what it says of a failure goes to the test's own report."""
    return subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True, timeout=120, umask=0o077).stdout


@pytest.fixture(scope="module")
def deb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(out("sh", str(PACKAGING / "build-deb.sh"), str(tmp_path_factory.mktemp("deb"))).strip())


@needs_dpkg
def test_it_holds_the_kiosk_and_no_tests(deb: Path) -> None:
    lines = [line.split(maxsplit=5) for line in out("dpkg-deb", "--contents", str(deb)).splitlines()]
    files = {parts[5].split(" -> ")[0].removeprefix(".") for parts in lines}
    assert {
        "/opt/pass-scanner/scripts/setup.sh",
        "/opt/pass-scanner/requirements/run.txt",
        "/opt/pass-scanner/scanner_app/__main__.py",
        "/usr/bin/scanner-app",
        "/usr/lib/systemd/system/pass-scanner.service",
        "/usr/lib/pass-scanner/session",
        "/usr/lib/udev/rules.d/60-pass-scanner-readers.rules",
        "/usr/lib/modprobe.d/pass-scanner-nfc.conf",
        "/usr/lib/sysctl.d/60-pass-scanner.conf",
        "/etc/logrotate.d/pass-scanner",
        "/usr/share/pass-scanner/kiosk.conf",
    } <= files
    assert not [f for f in files if "/tests/" in f or "/.git" in f or "__pycache__" in f]
    assert {parts[1] for parts in lines} == {"root/root"}
    assert not [parts for parts in lines if parts[0][0] != "l" and parts[0][5] == "w"], "only root writes there"
    modes = {parts[5]: parts[0] for parts in lines}
    assert modes["./usr/lib/pass-scanner/session"] == "-rwxr-xr-x"


def test_its_rules_and_blacklist_are_those_that_the_doctor_prints() -> None:
    def lines(name: str) -> list[str]:
        text = (PACKAGING / "kiosk" / name).read_text(encoding="utf-8")
        return [line for line in text.splitlines() if not line.startswith("#")]

    assert lines("60-pass-scanner-readers.rules") == udev_rules().splitlines()
    assert lines("pass-scanner-nfc.conf") == blacklist().splitlines()


def test_what_the_kernel_holds_at_installing_is_let_go() -> None:
    """Seen on a real kernel: a blacklist keeps modules out and takes none away, and rules come with the next event."""
    script = (PACKAGING / "debian" / "postinst").read_text(encoding="utf-8")
    assert re.search(r"modprobe -rq .*pn533_usb.*port100", script)
    assert "udevadm trigger" in script


@needs_dpkg
def test_its_version_and_dependencies_are_those_of_the_project(deb: Path) -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert out("dpkg-deb", "--field", str(deb), "Version").strip() == version[1]
    depends = out("dpkg-deb", "--field", str(deb), "Depends")
    wanted = (ROOT / "scripts" / "system-packages.sh").read_text(encoding="utf-8").partition("packages_test=")[0]
    names = re.findall(r"^([a-z][a-z0-9.+-]+)$", wanted, re.MULTILINE)
    assert len(names) > 15
    assert not [
        name
        for name in [*names, "systemd", "cage", "xwayland", "seatd", "python3-venv"]
        if not re.search(rf"\b{name}\b", depends)
    ]


@needs_dpkg
def test_an_upgrade_asks_nothing_about_the_settings_of_the_session(deb: Path) -> None:
    """A conffile's question, with nobody there to answer it, leaves the package unpacked and the door shut."""
    assert out("dpkg-deb", "--info", str(deb), "conffiles").split() == ["/etc/logrotate.d/pass-scanner"]
    assert "/etc/pass-scanner/kiosk.conf" in out("dpkg-deb", "--info", str(deb), "postinst")


@needs_dpkg
def test_the_same_commit_makes_the_same_package(deb: Path, tmp_path: Path) -> None:
    again = Path(out("sh", str(PACKAGING / "build-deb.sh"), str(tmp_path)).strip())
    assert again.read_bytes() == deb.read_bytes()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_its_scripts_are_plain_shell(script: Path) -> None:
    assert script.read_text(encoding="utf-8").startswith("#!/bin/sh\n")
    subprocess.run(["sh", "-n", str(script)], check=True, timeout=10)
    assert script.stat().st_mode & 0o111


def test_the_unit_restarts_for_ever_and_hears_the_window() -> None:
    unit = RawConfigParser(strict=False)
    unit.optionxform = str
    unit.read(PACKAGING / "kiosk" / "pass-scanner.service", encoding="utf-8")
    service = unit["Service"]
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"
    wanted = {"Type": "notify", "NotifyAccess": "all", "WatchdogSec": "10", "Restart": "always", "RestartSec": "1"}
    assert {key: service[key] for key in wanted} == wanted
    assert "PAMName" not in service, "the window would not be heard"
    assert service["User"] == "pass-scanner"


def test_the_unit_has_no_second_command_that_would_hang_up_the_console() -> None:
    """TTYVHangup= is done for every command of a unit: one at the end killed the window before it was asked."""
    unit = (PACKAGING / "kiosk" / "pass-scanner.service").read_text(encoding="utf-8")
    assert "TTYVHangup=yes" in unit
    assert re.findall(r"^Exec\w+=", unit, re.MULTILINE) == ["ExecStart="]
    assert "KillMode=mixed" in unit, "the session is asked to end, not the compositor"


def test_no_key_of_the_kernel_leads_out_of_the_kiosk() -> None:
    """Alt+SysRq+R and then Ctrl+Alt+F2 showed a login prompt on a real machine, whatever the compositor allows."""
    assert "\nkernel.sysrq = 0\n" in (PACKAGING / "kiosk" / "sysctl.conf").read_text(encoding="utf-8")


@pytest.fixture
def machine(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return what runs a script of the package as dpkg does, on a machine whose systemctl knows only this door."""

    def run(script: str, *words: str, state: str = "active", opens: bool = True) -> subprocess.CompletedProcess[str]:
        text = (PACKAGING / "debian" / script).read_text(encoding="utf-8")
        (tmp_path / script).write_text(text.replace("/run/systemd/system", str(tmp_path)), encoding="utf-8")
        answer = f'#!/bin/sh\n[ $1 != is-active ] || echo {state}\necho "$@" >>{tmp_path}/asked\n'
        (tmp_path / "systemctl").write_text(answer + ("" if opens else "exit 1\n"), encoding="utf-8")
        (tmp_path / "systemctl").chmod(0o755)
        places = {"PASS_SCANNER_DATA": f"{tmp_path}/none", "PASS_SCANNER_SHUT": f"{tmp_path}/shut"}
        environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", **places}
        called = ["sh", str(tmp_path / script), *words]
        return subprocess.run(called, env=environment, capture_output=True, text=True, timeout=10, check=False)

    return run


def test_a_door_that_does_not_open_again_leaves_no_broken_package(machine) -> None:
    """What dpkg runs when `preinst` refused: the door is opened again, and that may fail."""
    done = machine("postinst", "abort-upgrade", "0.2.0", opens=False)
    assert done.returncode == 0
    assert "journalctl -u pass-scanner" in done.stderr


@pytest.mark.parametrize(
    ("state", "opened"), [("active", True), ("activating", True), ("failed", True), ("inactive", False)]
)
def test_a_door_that_was_stopped_on_purpose_stays_shut_after_an_upgrade(machine, tmp_path, state, opened) -> None:
    for _ in range(2):  # what the first one noted does not hold for the next
        assert machine("preinst", "upgrade", "0.1.0", state=state).returncode == 0
        (tmp_path / "asked").unlink()
        done = machine("postinst", "abort-upgrade", "0.2.0", state=state)
        assert (tmp_path / "asked").exists() is opened
        assert ("stays so" in done.stderr) is not opened
    assert not (tmp_path / "shut").exists()


def test_its_rules_are_read_before_those_that_hand_out_access() -> None:
    (rules,) = (PACKAGING / "kiosk").glob("*.rules")
    assert int(rules.name[:2]) < 73, "uaccess is handed out by 73-seat-late.rules"
