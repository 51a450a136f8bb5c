"""What `gate` says on standard error of its cameras, readers and disk: each change once, and that it waits."""

from __future__ import annotations

from hardware.network_camera import without_password
from scanner_app.application.events import Decided, DeviceChanged, DeviceState, Event, Level, Notice
from scanner_app.commands.output import complain
from scanner_app.ui import texts


class DeviceWords:
    """Hears the events of a gate's devices."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[DeviceState, str]] = {}
        self._recordings: set[str] = set()
        self._disk = ""

    def is_recording(self, source: str) -> None:
        """Say that a source ends when it cannot be read."""
        self._recordings.add(source)

    def hear(self, event: Event) -> None:
        """Say what changed."""
        if isinstance(event, Notice) and (event.level is not Level.INFO or event.code.startswith("tap_")):
            about = f"{event.code}: {event.detail}" if event.detail else event.code
            complain(f"{texts.sentence(event.code)} {texts.advice(event.code)} ({about})")
        if isinstance(event, DeviceChanged):
            self._device(event)

    def hear_disk(self, decided: Decided) -> None:
        """Say why nothing can be recorded, once until it can be again."""
        code = str(decided.scan.verdict.detail.get("code", "")) if not decided.durable else ""
        if code and code != self._disk:
            complain(f"{texts.sentence('CANNOT_RECORD')} {texts.sentence(code)} {texts.admin(code)}")
        self._disk = code

    def _device(self, event: DeviceChanged) -> None:
        source = without_password(event.source)
        if event.state.away:
            now = (event.state, event.reason)
            if self._said.get(event.source) != now:
                self._said[event.source] = now
                complain(f"{source}: {event.state.value} ({event.reason})" + self._waits(event))
        elif event.state is DeviceState.RUNNING and event.source in self._said:
            del self._said[event.source]
            complain(f"{source}: {event.state.value}")

    def _waits(self, event: DeviceChanged) -> str:
        if event.source in self._recordings:
            return ""
        return f". {texts.device_help(event.state.code)} It is tried again until it is there; Ctrl-C ends."
