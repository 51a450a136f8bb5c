"""From a source spec to a reader of credentials: `serial:`, `evdev:` and `nfc:`, with options after a question mark.

`serial:/dev/ttyACM0?baud=115200&suffix=%23&idle=1&vtap=1&from=A:vas&from=G:smart_tap`
`evdev:/dev/input/by-id/...?layout=de`, `evdev:0c2e:0b61`, `evdev:Honeywell`
`nfc:usb`, `nfc:usb?signal=1`, `nfc:udp:127.0.0.1:5000`, `nfc:tty:USB0:pn532`, `nfc:pcsc:ACR1252`
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote

from hardware.apple_vas import AppleWallet
from hardware.evdev_reader import evdev_reader
from hardware.keyboard_layouts import LAYOUTS
from hardware.nfc.devices import is_device
from hardware.nfc.errors import Reason
from hardware.nfc.poller import OnRefused, Poller, ReaderCondition, ReaderState
from hardware.relay import Relay, RelayProfile
from hardware.serial_reader import SerialProfile, Source, serial_reader
from hardware.smart_tap import GoogleWallet
from hardware.sun import SunKeys
from hardware.text_reader import CredentialReader, LineState, OnCredential, OnState
from hardware.vas_memory import VasMemory

KINDS = ("scanner", "vas", "smart_tap", "ndef_text", "ndef_uri", "sun", "uid")
_OPTIONS = {"serial": {"baud", "suffix", "idle", "vtap", "from"}, "evdev": {"layout"}, "relay": set[str]()}
_RELAY_OPTIONS = {"channel", "baud", "pulse", "turn"}


class BadSpec(ValueError):
    """A source spec that cannot be meant; the text says why."""


@dataclass(frozen=True, slots=True)
class NfcOptions:
    """What counts at NFC readers; wallets are off without keys. All readers of a kiosk share one `vas_memory`."""

    apple: AppleWallet | None = None
    google: GoogleWallet | None = None
    ndef_prefixes: Sequence[str] | None = ()  # None: any link whole, for looking at tags
    uid_opt_in: bool = False
    sun_keys: SunKeys | None = None
    vas_memory: VasMemory = field(default_factory=VasMemory, compare=False)


def is_reader(spec: str) -> bool:
    """Whether `open_reader` is meant to open this spec."""
    return spec.partition(":")[0] in ("serial", "evdev", "nfc")


def open_reader(
    spec: str, nfc: NfcOptions | None = None, on_refused: OnRefused = lambda _refused: None
) -> CredentialReader:
    """A reader, not yet started. Raises BadSpec."""
    scheme, _, rest = spec.partition(":")
    if scheme == "nfc":
        device, chosen = _split(rest, {"signal"})
        if not is_device(device):
            raise BadSpec(f"{spec!r}: not an NFC device")
        return NfcReader(device, nfc or NfcOptions(), on_refused, signals=_last(chosen, "signal", "0") == "1")
    address, options = _split(rest, _OPTIONS.get(scheme, set()))
    if not address:
        raise BadSpec(f"{spec!r}: which device?")
    if scheme == "serial":
        return serial_reader(_serial_profile(address, options))
    if scheme == "evdev":
        return evdev_reader(address, _one_of(_last(options, "layout", "us"), LAYOUTS))
    raise BadSpec(f"{spec!r}: not a reader")


def open_relay(spec: str) -> Relay:
    """A relay by `serial:/dev/ttyUSB0?channel=1&pulse=0.5&turn=8`, not yet started. Raises BadSpec."""
    scheme, _, rest = spec.partition(":")
    port, options = _split(rest, _RELAY_OPTIONS)
    if scheme != "serial" or not port:
        raise BadSpec(f"{spec!r}: not a relay")
    turn = _last(options, "turn", "")
    return Relay(
        RelayProfile(
            port,
            channel=int(_number(_last(options, "channel", "1"), 1, 16)),
            baud=int(_number(_last(options, "baud", "9600"), 300, 4_000_000)),
            pulse=_number(_last(options, "pulse", "0.5"), 0.05, 10),
            turn=_number(turn, 0.1, 60) if turn else None,
        )
    )


class NfcReader:
    """An NFC poller in the common shape."""

    def __init__(self, device: str, options: NfcOptions, on_refused: OnRefused, *, signals: bool = False) -> None:
        """`signals`: whether verdicts are shown by the reader's own light and buzzer."""
        self._device, self._options, self._on_refused, self._signals = device, options, on_refused, signals
        self._poller: Poller | None = None

    def start(self, on_credential: OnCredential, on_state: OnState) -> None:
        """Begin; callbacks come from the poller's thread."""
        options = self._options
        self._poller = Poller(
            self._device,
            lambda tap: on_credential(tap.value, tap.kind, tap.others),
            on_state=lambda state: on_state(*_line_state(state)),
            on_refused=self._on_refused,
            apple=options.apple,
            google=options.google,
            ndef_prefixes=options.ndef_prefixes,
            uid_opt_in=options.uid_opt_in,
            sun_keys=options.sun_keys,
            vas_memory=options.vas_memory,
        )
        self._poller.start()

    def signal(self, *, good: bool) -> None:
        """See CredentialReader."""
        if self._signals and self._poller is not None:
            self._poller.signal(good=good)

    def stop(self, deadline: float = 5.0) -> bool:
        """End within `deadline` seconds; whether it did."""
        return self._poller is None or self._poller.stop(deadline)


_AWAY = {
    Reason.LOST: LineState.LOST,
    Reason.NO_PERMISSION: LineState.NO_PERMISSION,
    Reason.BUSY: LineState.BUSY,
    Reason.NO_LIBUSB: LineState.NO_LIBRARY,
    Reason.NO_PCSC: LineState.NO_LIBRARY,
    Reason.UNSUPPORTED: LineState.UNSUPPORTED,
}


def _line_state(state: ReaderState) -> tuple[LineState, str]:
    if state.condition is ReaderCondition.READY:
        return LineState.RUNNING, ""
    if state.condition is ReaderCondition.STOPPED:
        return LineState.ENDED, ""
    return _AWAY.get(state.reason or Reason.MISSING, LineState.MISSING), state.text


def _split(rest: str, known: set[str]) -> tuple[str, dict[str, list[str]]]:
    address, _, query = rest.partition("?")
    try:
        options = parse_qs(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError as error:
        raise BadSpec(f"{query!r}: not options") from error
    unknown = set(options) - known
    if unknown:
        raise BadSpec(f"unknown option {', '.join(sorted(unknown))}")
    return unquote(address), options


def _serial_profile(port: str, options: dict[str, list[str]]) -> SerialProfile:
    sources = tuple(_source(text) for text in options.get("from", ())) or (Source("", "scanner"),)
    return SerialProfile(
        port,
        baud=int(_number(_last(options, "baud", "9600"), 300, 4_000_000)),
        suffix=_last(options, "suffix", ""),
        idle=_last(options, "idle", "0") == "1",
        sources=sources,
        poll_vtap=_last(options, "vtap", "0") == "1",
    )


def _source(text: str) -> Source:
    prefix, _, kind = text.rpartition(":")
    return Source(prefix, _one_of(kind, KINDS))


def _last(options: dict[str, list[str]], name: str, default: str) -> str:
    return options.get(name, [default])[-1]


def _number(text: str, least: float, most: float) -> float:
    try:
        number = float(text)
    except ValueError:
        raise BadSpec(f"{text!r} is not a number") from None
    if not least <= number <= most:
        raise BadSpec(f"{text} is not between {least} and {most}")
    return number


def _one_of(text: str, known: Collection[str]) -> str:
    if text not in known:
        raise BadSpec(f"{text!r} is none of {', '.join(known)}")
    return text
