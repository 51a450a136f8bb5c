"""What the doctor says of readers, from made-up /sys trees."""

import pytest

from hardware.nfc import Reason, diagnose
from hardware.nfc.devices import is_device
from hardware.nfc.diagnosis import blacklist, udev_rules
from hardware.nfc.usb import find_readers


class Bus:
    def __init__(self, root):
        self.sysfs, self.nodes, self.pcscd = root / "sys", root / "dev", root / "pcscd.comm"
        self.sysfs.mkdir()

    def plug(self, vendor, product, *, driver=None, kind="ff", mode=0o600, number=5):
        entry = self.sysfs / f"1-{number}"
        entry.mkdir()
        texts = {"idVendor": f"{vendor:04x}", "idProduct": f"{product:04x}", "busnum": "1", "devnum": str(number)}
        for name, value in {**texts, "product": "Reader", "manufacturer": "Maker"}.items():
            (entry / name).write_text(value + "\n")
        interface = self.sysfs / f"1-{number}:1.0"
        interface.mkdir()
        (interface / "bInterfaceClass").write_text(kind)
        if driver:
            target = self.sysfs / "drivers" / driver
            target.mkdir(parents=True)
            (interface / "driver").symlink_to(target)
        node = self.nodes / "001" / f"{number:03}"
        node.parent.mkdir(parents=True, exist_ok=True)
        node.touch()
        node.chmod(mode)

    def findings(self, libusb=True):
        return diagnose(self.sysfs, self.nodes, self.pcscd, lambda: libusb)


@pytest.fixture
def bus(tmp_path):
    return Bus(tmp_path)


def test_a_good_reader_has_nothing_in_the_way(bus):
    bus.plug(0x072F, 0x2200, kind="0b")
    assert bus.findings() == []
    reader = find_readers(bus.sysfs, bus.nodes)[0]
    assert (reader.label, reader.path, reader.known) == ("ACS ACR122U", "usb:001:005", True)


def test_no_library(bus):
    assert [f.reason for f in bus.findings(libusb=False)] == [Reason.NO_LIBUSB]
    assert "libusb-1.0-0" in bus.findings(libusb=False)[0].advice


def test_an_unsupported_reader_is_named(bus):
    bus.plug(0x072F, 0x223B, kind="0b")
    (finding,) = bus.findings()
    assert (finding.reason, finding.subject) == (Reason.UNSUPPORTED, "Maker Reader (072f:223b)")


def test_other_devices_are_no_readers(bus):
    bus.plug(0x046D, 0xC31C, kind="03")
    assert bus.findings() == []


def test_no_permission_prints_the_rule(bus):
    bus.plug(0x04E6, 0x5591)
    (bus.nodes / "001" / "005").unlink()  # what access() says of it is the same
    (finding,) = bus.findings()
    assert finding.reason is Reason.NO_PERMISSION
    assert finding.file == "/etc/udev/rules.d/60-nfc-readers.rules"
    rule = 'SUBSYSTEM=="usb", ATTRS{idVendor}=="04e6", ATTRS{idProduct}=="5591", '
    assert rule + 'MODE="0660", GROUP="plugdev", TAG+="uaccess"' in finding.content.splitlines()
    assert finding.content == udev_rules()
    assert finding.title == "SCM SCL3711 (04e6:5591): no permission"
    assert finding.file in finding.advice
    assert rule in finding.advice
    assert "usermod -aG plugdev" in finding.advice, "the rule lets in the group, and nobody is in it by itself"


def test_a_kernel_module_prints_the_blacklist(bus):
    bus.plug(0x054C, 0x06C3, driver="port100")
    (finding,) = bus.findings()
    assert (finding.reason, finding.content) == (Reason.BUSY, blacklist())
    assert "modprobe -r port100" in finding.advice, "a blacklist does not take away what is loaded"
    assert blacklist().splitlines() == [f"blacklist {m}" for m in ("pn533_usb", "pn533", "port100", "nfc")]


def test_another_program_and_pcscd(bus):
    bus.plug(0x04CC, 0x2533, driver="usbfs")
    assert [f.reason for f in bus.findings()] == [Reason.BUSY]
    bus.plug(0x072F, 0x2200, kind="0b", number=6)
    bus.pcscd.touch()
    assert "pcscd" in bus.findings()[1].advice


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("udp:127.0.0.1:5000", True),
        ("udp:localhost:0", False),
        ("udp:127.0.0.1", False),
        ("usb", True),
        ("usb:072f:2200", True),
        ("usb:001:005", True),
        ("usb:zz", False),
        ("tty:USB0:pn532", True),
        ("tty:/dev/serial/by-id/usb-1a86:pn532", True),
        ("tty:/dev/ttyUSB0:pn532:115200", True),
        ("com:COM3:pn532", True),
        ("tty:USB0", False),
        ("pcsc:ACR1252", True),
        ("pcsc:", True),
        ("", False),
    ],
)
def test_device_strings(text, good):
    assert is_device(text) is good
