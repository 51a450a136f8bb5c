"""One thread that owns a reader: finds it, keeps it, reads what is held to it, hands taps out, ends when told."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from hardware.apdu import TapBroken
from hardware.apple_vas import AppleWallet
from hardware.nfc.conversation import Accepted, converse
from hardware.nfc.devices import open_device
from hardware.nfc.errors import ReaderTrouble, Reason
from hardware.nfc.port import Card, Reader
from hardware.nfc.presence import Presence
from hardware.nfc.tap import Refusal, Refused, Tap
from hardware.smart_tap import GoogleWallet
from hardware.sun import SunKeys
from hardware.vas_memory import VasMemory

log = logging.getLogger(__name__)

# An iPhone decides after two or three polls 100 to 250 ms apart; slower polls make guests wait.
PAUSE_S = 0.1
BACK_OFF_S = (0.5, 1.0, 2.0, 4.0)


class ReaderCondition(Enum):
    """Where the reader is."""

    READY = "ready"
    TROUBLE = "trouble"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ReaderState:
    """Told on every change; `reason` and `text` (what to do) with TROUBLE only."""

    condition: ReaderCondition
    name: str
    reason: Reason | None = None
    text: str = ""


OnTap = Callable[[Tap], None]
OnState = Callable[[ReaderState], None]
OnRefused = Callable[[Refused], None]


def _ignore(_refused: Refused) -> None:
    """Refusals nobody asked for stay in the log."""


class Poller:
    """Calls back on its own thread. Wallets are off until `apple` or `google` is given; see `Accepted` for the rest."""

    def __init__(  # noqa: PLR0913  one switch for each kind of evidence an administrator may allow
        self,
        device: str,
        on_tap: OnTap,
        *,
        on_state: OnState,
        on_refused: OnRefused = _ignore,
        apple: AppleWallet | None = None,
        google: GoogleWallet | None = None,
        ndef_prefixes: Sequence[str] | None = (),
        uid_opt_in: bool = False,
        sun_keys: SunKeys | None = None,
        vas_memory: VasMemory | None = None,
        technologies: str = "ABF",
        opener: Callable[[str, str], Reader] = open_device,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._device, self._technologies, self._open = device, technologies, opener
        self._on_tap, self._on_state, self._on_refused = on_tap, on_state, on_refused
        memory = vas_memory or VasMemory()
        self._accepted = Accepted(apple, google, ndef_prefixes, uid_opt_in, sun_keys, memory, clock)
        self._wake = apple is not None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"nfc {device}", daemon=True)
        self._told: ReaderState | None = None
        self._verdict: deque[bool] = deque(maxlen=1)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def signal(self, *, good: bool) -> None:
        """Have the reader show a verdict, within a sweep; the newest counts. From any thread."""
        self._verdict.append(good)

    def stop(self, deadline: float = 5.0) -> bool:
        """Tell the thread to end and wait up to `deadline` seconds; whether it has ended."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(deadline)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            reader = self._find()
            if reader is None:
                break
            self._tell(ReaderState(ReaderCondition.READY, reader.name))
            try:
                self._serve(reader)
            except ReaderTrouble as trouble:
                self._tell_trouble(trouble)
            except Exception:
                # The loop that must survive: a fault in reading one card must not end the door's reader.
                log.exception("reading with %s failed", self._device)
            finally:
                reader.close()
            self._stopping.wait(BACK_OFF_S[0])
        self._tell(ReaderState(ReaderCondition.STOPPED, self._device))

    def _find(self) -> Reader | None:
        """The reader, looked for with growing pauses; None once told to stop."""
        attempt = 0
        while not self._stopping.is_set():
            try:
                return self._open(self._device, self._technologies)
            except ReaderTrouble as trouble:
                self._tell_trouble(trouble)
            except Exception as error:
                # nfcpy indexes what a half-dead reader did not say; a thread that ends here would never look again.
                log.exception("opening %s failed", self._device)
                self._tell_trouble(ReaderTrouble(Reason.MISSING, f"{type(error).__name__}: {error}"))
            self._stopping.wait(BACK_OFF_S[min(attempt, len(BACK_OFF_S) - 1)])
            attempt += 1
        return None

    def _serve(self, reader: Reader) -> None:
        presence = Presence()
        while not self._stopping.is_set():
            if self._verdict:
                reader.signal(good=self._verdict.pop())
            # Waking a phone that was just read would show its pass once more.
            card = reader.sense(wake=self._wake and not presence.settled, only=presence.technology)
            now = time.monotonic()
            if card is None:
                self._note_empty(presence, now)
            elif presence.wants_reading(card.uid, now):
                self._read(reader, card, presence)
                continue  # release() has left the field off; look at once whether the card is still there
            self._stopping.wait(PAUSE_S)

    def _note_empty(self, presence: Presence, now: float) -> None:
        """A guest who takes the phone away too soon must be told, or waits for an answer that never comes."""
        left_with = presence.nothing(now)
        if left_with:
            self._hand_out(Refused(left_with, "taken away before another try"), 0.0)

    def _read(self, reader: Reader, card: Card, presence: Presence) -> None:
        started = time.monotonic()
        result = self._converse(card)
        finished = time.monotonic()
        tell = presence.read(card.uid, card.technology, result, finished)
        # Handed out first: a reader that is pulled out now must not take a tap with it.
        if isinstance(result, Tap) or tell:
            self._hand_out(result, round((finished - started) * 1000, 1))
        reader.release()

    def _hand_out(self, result: Tap | Refused, spent: float) -> None:
        if isinstance(result, Tap):
            log.info("%s tap read in %.1f ms", result.kind, spent)
            self._on_tap(replace(result, ms=spent))
        else:
            log.info("tap refused: %s (%s)", result.reason.value, result.detail)
            self._on_refused(result)

    def _converse(self, card: Card) -> Tap | Refused:
        try:
            return converse(card, self._accepted)
        except TapBroken as error:
            return Refused(Refusal.BROKEN, str(error))

    def _tell_trouble(self, trouble: ReaderTrouble) -> None:
        self._tell(ReaderState(ReaderCondition.TROUBLE, self._device, trouble.reason, str(trouble)))

    def _tell(self, state: ReaderState) -> None:
        if state != self._told:
            self._told = state
            log.info("reader %s: %s %s", state.name, state.condition.value, state.text)
            self._on_state(state)
