"""The door: takes credentials one after the other, tells verdicts, answers screens. Knows no Qt and no hardware."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import replace

from scanner_app.application import correct, retention
from scanner_app.application.config import AccountConfig, Settings
from scanner_app.application.control import (
    AccountReport,
    CameraTuning,
    CorrectionReport,
    OfficeTask,
    PinAnswer,
    Role,
    Story,
)
from scanner_app.application.devices import DeviceDesk
from scanner_app.application.door_parts import Parts
from scanner_app.application.door_view import DoorView
from scanner_app.application.events import (
    Checking,
    Decided,
    Event,
    Level,
    Notice,
    Overridden,
    SettingsChanged,
    SheetSeen,
    Status,
    StatusChanged,
)
from scanner_app.application.expected import Expected
from scanner_app.application.front_desk import Front
from scanner_app.application.hearers import Hearers
from scanner_app.application.present import look, present
from scanner_app.application.readiness import door_status
from scanner_app.application.roles import Action, permits
from scanner_app.application.sheets import SHEET_PREFIX, Sheets
from scanner_app.application.story import story
from scanner_app.domain.credential import Credential, Symbology
from scanner_app.domain.errors import SettingsTrouble
from scanner_app.domain.passes import Direction, PassKey
from scanner_app.domain.place import Place, Policy
from scanner_app.domain.verdict import Verdict

log = logging.getLogger(__name__)


class Door(DoorView):
    """One door of one venue (see `control.DoorControl` for what each call promises)."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self._hearers = Hearers()
        self._line: queue.SimpleQueue[tuple[Credential, str] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="presenter", daemon=True)
        self._look_only = False
        self._shut = ""
        self._expected = Expected(parts.desk.clerk.cache_reader)

    # --- life
    def start(self) -> None:
        """Start taking credentials; what shut this kiosk before a restart shuts it from the first one on."""
        self.out_of_order()
        self._thread.start()

    def stop(self, deadline: float = 5.0) -> bool:
        """Finish what was presented and end; returns False when that took longer than the deadline (seconds)."""
        self._line.put(None)
        self._thread.join(deadline)
        return not self._thread.is_alive()

    def listen(self, hear: Callable[[Event], None]) -> Callable[[], None]:
        """Call `hear` for every event, at once with how the devices fare; the returned function stops that."""
        return self._hearers.listen(hear)

    def tell(self, event: Event) -> None:
        """Pass an event to everybody who listens."""
        self._hearers.tell(event)

    # --- the line
    def present(self, credential: Credential, operator: str = "") -> None:
        """Queue a credential; never blocks."""
        if credential.symbology is not Symbology.TYPED or self._may(Action.TYPE, operator):
            self._line.put((credential, operator))

    def judge_now(self, credential: Credential, operator: str = "") -> Decided:
        """Judge and record on the caller's thread; returns after the commit."""
        place = self._place()
        decided = present(self._desk, credential, place, operator)
        if decided.scan.verdict.admits:
            decided = replace(decided, undo_until=correct.undo_deadline(decided.scan.moment.trusted, place))
        self._parts.sync.wake_uploads()
        return decided

    def look(self, credential: Credential) -> Verdict:
        """Return what the door would say; nothing is recorded."""
        return look(self._desk, credential, self._place())

    def choose(self, key: PassKey, operator: str, action: Action = Action.CHOOSE) -> None:
        """Present a pass picked from a list: no pass was shown."""
        if self._may(action, operator):
            self._line.put((Credential(key.uid, Symbology.SEARCHED, picked=key.account), operator))

    def undo(self, scan_id: str, operator: str, reason: str = "") -> CorrectionReport:
        """Take an admission back."""
        report = correct.undo(self._desk, scan_id, operator, reason)
        self._corrected(report)
        return report

    def override(self, scan_id: str, operator: str, reason: str) -> CorrectionReport:
        """Admit a refused guest on a supervisor's word."""
        report = correct.override(self._desk, scan_id, operator, reason)
        if not report.trouble:
            self.tell(Overridden(report.fact_id))
        self._corrected(report)
        return report

    def office(self, key: PassKey, task: OfficeTask, operator: str, value: str = "") -> CorrectionReport:
        """Have something done to a pass at the help desk."""
        report = correct.office(self._desk, key, task, operator, value, self._parts.office)
        self._corrected(report)
        return report

    def set_look_only(self, on: bool, operator: str = "") -> None:  # noqa: FBT001 - one meaning
        """Show only, record nothing, until switched off."""
        if not on:
            self._must(Action.LOOK_OFF, operator)
        self._look_only = on
        self.tell(StatusChanged(self.status()))

    def set_direction(self, direction: Direction, operator: str = "") -> None:
        """Turn the place in use round."""
        self._must(Action.TURN, operator)
        settings, place = self.settings(), self.settings().current_place
        if place is None:
            raise SettingsTrouble("no_place")
        turned = replace(place, direction=direction)
        places = tuple(turned if p is place else p for p in settings.places)
        self.save_settings(replace(settings, places=places))

    def out_of_order(self) -> str:
        """Return what keeps this kiosk shut."""
        self._shut = self._parts.shut.read()
        return self._shut

    def set_out_of_order(self, code: str) -> None:
        """Shut the kiosk, or open it again."""
        self._shut = code
        self._parts.shut.keep(code)

    # --- seeing
    def status(self) -> Status:
        """Return the door at a glance."""
        accounts = self._parts.sync.statuses()
        status = door_status(self._desk, accounts)
        expected = self._expected.of(self.settings().current_place, accounts)
        return replace(
            status,
            look_only=self._look_only,
            expected=expected,
            disk_free=self._parts.disk_free(),
            cannot_record=self._parts.cannot_record(),
            store_troubles=tuple(self._parts.store_troubles()),
            copied_from=self._parts.copied_from(),
        )

    def story(self, key: PassKey) -> Story | None:
        """Return everything known of a pass."""
        return story(self._desk, key, self.look)

    def settle(self, number: int, operator: str, note: str) -> CorrectionReport:
        """Settle a conflict with a note."""
        report = correct.settle(self._desk, number, operator, note)
        if not report.trouble:
            self.tell(StatusChanged(self.status()))
        return report

    @property
    def sheets(self) -> Sheets:
        """Makes and reads provisioning sheets."""
        return self._parts.sheets

    @property
    def front(self) -> Front:
        """The help desk's own work."""
        return self._parts.front

    def purge(self, days: int) -> int:
        """Blank old facts; what is unsent stays."""
        return retention.purge(self._desk, days)

    # --- setting up
    def save_settings(self, settings: Settings) -> None:
        """Keep and apply settings; a door for training stays one, whatever set-up is brought to it."""
        self._parts.settings.save(replace(settings, training=settings.training or self.settings().training))
        self.tell(SettingsChanged())
        self.tell(StatusChanged(self.status()))

    def try_account(self, account: AccountConfig, key: str) -> AccountReport:
        """Talk to a platform with a key; keeps nothing."""
        return self._parts.try_account(account, key)

    def store_key(self, account: AccountConfig, key: str) -> str:
        """Keep a key in the secret store."""
        return self._parts.keys.put(account.secret_name, key)

    def check_pin(self, role: Role, pin: str) -> PinAnswer:
        """Return whether a PIN opens a role."""
        return self._parts.pins.check(role, pin)

    def set_pin(self, role: Role, pin: str) -> None:
        """Choose a PIN."""
        self._parts.pins.set(role, pin)

    def sync_now(self, *, full: bool = False) -> None:
        """Wake the sync threads."""
        self._parts.sync.sync_now(full=full)

    def adjust_camera(self, source: str, name: str, value: int) -> CameraTuning:
        """Set one control at once; return how the camera then is."""
        return self._parts.adjust_camera(source, name, value)

    def watch_camera(self, source: str) -> Callable[[], None]:
        """Show another camera's pictures until the returned function is called."""
        return self._parts.watch_camera(source)

    @property
    def devices(self) -> DeviceDesk:
        """Scanners, readers and the turnstile."""
        return self._parts.devices

    # --- inside
    def _may(self, action: Action, operator: str) -> bool:
        """Return whether an operator may; say so where not."""
        if permits(action, operator, self.settings().pins):
            return True
        self.tell(Notice("role_needed", Level.WARNING))
        return False

    def _must(self, action: Action, operator: str) -> None:
        if not permits(action, operator, self.settings().pins):
            raise SettingsTrouble("role_needed", action.value)

    def _place(self) -> Place:
        place = self.settings().current_place
        if place is None:
            raise SettingsTrouble("no_place")
        return replace(place, policy=Policy.LOOK_ONLY) if self._look_only else place

    def _work(self) -> None:
        while (item := self._line.get()) is not None:
            if self._shut:
                continue  # nobody is admitted behind a screen that says out of order
            try:
                self._take(*item)
            except Exception:
                log.exception("a presentation failed; the line goes on")

    def _take(self, credential: Credential, operator: str) -> None:
        if self._parts.sheets.expecting and credential.text.startswith(SHEET_PREFIX):
            self.tell(SheetSeen(credential.text))
            return
        if self.settings().current_place is None:  # nothing to judge by: "checking" would stay for ever
            self.tell(Notice("settings_no_place", Level.WARNING))
            return
        self.tell(Checking(credential))
        self.tell(self.judge_now(credential, operator))
        self.tell(StatusChanged(self.status()))

    def _corrected(self, report: CorrectionReport) -> None:
        if not report.trouble:
            self._parts.sync.wake_uploads()
            self.tell(StatusChanged(self.status()))
