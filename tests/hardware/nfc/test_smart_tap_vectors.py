"""Google Smart Tap: published byte strings, both ways."""

import zlib

import pytest

from hardware import ber
from hardware.apdu import Answer
from hardware.ndef import BadNdef
from hardware.smart_tap import TapOutcome, is_google, outcome_of
from hardware.smart_tap_channel import BundleReason, SessionKeys, open_bundle, signed_blob
from hardware.smart_tap_records import (
    MORE_DATA,
    Session,
    Terminal,
    collector_bytes,
    get_data_command,
    negotiate_command,
    read_answer,
    read_selection,
)

SESSION = bytes.fromhex("6b159a80fc8283fd")
NONCE = bytes.fromhex("a8aa2bae1ba891783d8c5be8a95bf2f9e5bb90fd9d197f8b2b1a84d9cc804275")
POINT = bytes.fromhex("027b2e12f1a1a542084b4d01b8799380fa4cb77e530ba2305b0bf2b3e4b474fe7d")
SIGNATURE = bytes.fromhex(
    "304602210086e43dc483b22e51aa177ae8112ed83d399a58b41d6d8cbe900cde03c4524da5"
    "022100e94b6a919c9e097568f4efa9a7123b86b97ee44342593f8a77fc9e12e3f95ae4"
)
COLLECTOR = bytes.fromhex("01020304")
NEGOTIATE = (
    "d403b86e6772000194030a7365736b159a80fc8283fd00015403a0637072a8aa2bae1ba891783d8c5be8a95bf2f9e5bb90fd9d197f8b2b1a84d9"
    "cc80427501027b2e12f1a1a542084b4d01b8799380fa4cb77e530ba2305b0bf2b3e4b474fe7d0000000194034973696704304602210086e43dc4"
    "83b22e51aa177ae8112ed83d399a58b41d6d8cbe900cde03c4524da5022100e94b6a919c9e097568f4efa9a7123b86b97ee44342593f8a77fc9e"
    "12e3f95ae4540305636c640401020304"
)
GET_DATA = (
    "d4033b737271000194030a7365736b159a80fc8283fd010114030b6d6572d40305636c640401020304140307736c72d403017374720054030570"
    "63724100000004"
)
OSE = (
    "6f8184500a416e64726f6964506179c0020001c108cc00000000008080c22056d2ec8f857f0049aa54f1ca1de2791b5693a7014e6e4565d5644b"
    "1c2a305136c32103dfee38dbdb68a607383ad622640b180cc7e27d796b4e788c40e5d994291c71fca523bf0c20611e4f09a000000476d0000111"
    "870101730edf6d020000df4d020001df620103"
)
DEVICE_NONCE = "56d2ec8f857f0049aa54f1ca1de2791b5693a7014e6e4565d5644b1c2a305136"
SELECTION = "00000001dc0321036d646e6d646e04" + DEVICE_NONCE
NRS = (
    "d403376e727394030a7365736b159a80fc8283fd010154032164706b03dfee38dbdb68a607383ad622640b180cc7e27d796b4e788c40e5d99429"
    "1c71fc"
)
SRS = (
    "d403ce73727394030a7365736b159a80fc8283fd02015403b8726562031c5b7d2e9f0f6937a7c043dc6913dd976002ce5cf179dedbcaaab62944"
    "2a89a72b6a92caa26e808903a6d02207fd2d42702161d21c76f0a2a135bd8d45ac796786787e268bcc7498d17eccab47ad98be601a3470618fcd"
    "9790b40e3c324fc01ec29a98d1cb784fd4390ea1b045437cfdfa121447854c5ae5375c3f721a7a9f80b7da35868e063f18c545f07d934e4cc557"
    "fc93ee52b6231c95ef2d2d1de6be82be0d76e8d555dc41cc4894e44af98c68e4245e5bb6cecc"
)


def apdu(ins, body):
    data = bytes.fromhex(body)
    return bytes([0x90, ins, 0, 0, len(data)]) + data + b"\x00"


def test_negotiate_command():
    built = negotiate_command(Session(SESSION, 0), NONCE, POINT, 1, SIGNATURE, COLLECTOR)
    assert built == apdu(0x53, NEGOTIATE)


def test_get_data_command():
    built = get_data_command(Session(SESSION, 1), COLLECTOR, (0,), Terminal(tap=0x04))
    assert built == apdu(0x50, GET_DATA)
    assert bytes.fromhex("90C0000000") == MORE_DATA


def test_answer_to_ose():
    data = bytes.fromhex(OSE)
    assert is_google(Answer(data, 0x9000))
    assert ber.find(data, 0x6F, 0xC2).hex() == DEVICE_NONCE
    assert ber.find(data, 0x6F, 0xA5, 0xBF0C, 0x61, 0x73, 0xDF4D) == b"\x00\x01"


def test_answer_to_select():
    versions, nonce = read_selection(bytes.fromhex(SELECTION))
    assert (list(versions), nonce.hex()) == ([0, 1], DEVICE_NONCE)


def test_answers_to_negotiate_and_get_data():
    session, point = read_answer(bytes.fromhex(NRS), b"nrs", b"dpk", 4096)
    assert session == Session(SESSION, 1, 1)
    assert point.hex() == "03dfee38dbdb68a607383ad622640b180cc7e27d796b4e788c40e5d994291c71fc"
    session, bundle = read_answer(bytes.fromhex(SRS), b"srs", b"reb", 4096)
    assert (session.sequence, bundle[0], len(bundle)) == (2, 3, 0xB8)


def test_signed_bytes():
    wanted = (
        "7131b05f5cfbd94feae19204d59d4ee5a4ce8172462e3f4577426040916e5b4800f363e09bd98d971bda253bb5e001e554d5255b6adf0713c8bf"
        "c7eea4e3957f0102030403c3d36bf9509924f159e9b5f02cb3d479d2fde4dedde1a8054fd5018286b2e6f8"
    )
    nonce, device = bytes.fromhex(wanted[:64]), bytes.fromhex(wanted[64:128])
    point = bytes.fromhex("03c3d36bf9509924f159e9b5f02cb3d479d2fde4dedde1a8054fd5018286b2e6f8")
    assert signed_blob(nonce, device, COLLECTOR, point).hex() == wanted


def test_collector_ids_are_four_bytes():
    assert collector_bytes(20180608).hex() == "0133ee80"
    assert collector_bytes(0xAA_0102_0304).hex() == "01020304"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (0x9000, TapOutcome.OK),
        (0x9001, TapOutcome.NO_PASS),
        (0x9002, TapOutcome.OK),
        (0x9100, TapOutcome.OK),
        (0x9101, TapOutcome.OK),
        (0x9201, TapOutcome.TRY_AGAIN),
        (0x9302, TapOutcome.USER_MUST_ACT),
        (0x9400, TapOutcome.TERMINAL_ERROR),
        (0x9406, TapOutcome.TOO_MANY_REQUESTS),
        (0x9500, TapOutcome.NOT_AUTHENTICATED),
        (0x6A82, TapOutcome.NO_WALLET),
        (0x6F00, TapOutcome.UNKNOWN_STATUS),
    ],
)
def test_status_words(status, outcome):
    assert outcome_of(status) is outcome


def test_a_bundle_without_encryption_is_refused_whatever_it_holds():
    keys = SessionKeys(bytes(16), bytes(32))
    assert open_bundle(b"\x00" + bytes(80), keys) is BundleReason.UNENCRYPTED
    assert open_bundle(b"\x02" + zlib.compress(b"x"), keys) is BundleReason.UNENCRYPTED
    assert open_bundle(b"\x01" + bytes(80), keys) is BundleReason.WRONG_MAC
    assert open_bundle(b"", keys) is BundleReason.MALFORMED


def test_malformed_answers():
    for data in (b"", b"\x00", bytes.fromhex(NRS)[:-1], bytes.fromhex(SRS)):
        with pytest.raises(BadNdef):
            read_answer(data, b"nrs", b"dpk", 4096)
