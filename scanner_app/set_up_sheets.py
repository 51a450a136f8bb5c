"""Makes and reads provisioning sheets for this kiosk: its issuer's key and whom it trusts lie in the secret store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from scanner_app import provisioning
from scanner_app.accounts import link_key_name
from scanner_app.application.config import Settings
from scanner_app.application.ports import Clock
from scanner_app.application.sheets import Applied, SheetReport, Wanted
from scanner_app.domain.errors import ScannerError, SettingsTrouble
from scanner_app.secrets import SecretStore

ISSUER = "provision:issuer"
"""Name of this kiosk's own key, made at its first sheet."""
TRUSTED = "provision:trusted"
"""Name of who provisioned this kiosk."""


class SetUpSheets:
    """Implements `application.sheets.Sheets`."""

    def __init__(self, settings: Callable[[], Settings], secrets: SecretStore, clock: Clock) -> None:
        self._settings, self._secrets, self._clock = settings, secrets, clock
        self.expecting = False

    # --- making
    def set_up(self, *, with_secrets: bool = True) -> provisioning.SetUp:
        """Return what a sheet of this kiosk carries; SettingsTrouble on one that is not set up."""
        settings = self._settings()
        if not settings.accounts:
            raise SettingsTrouble("not_set_up")
        if with_secrets:
            self._secrets.need_sound()
        names = [n for a in settings.accounts for n in (a.secret_name, link_key_name(a.id))] if with_secrets else []
        held = {name: value for name in names if (value := self._secrets.get(name)) is not None}
        return provisioning.SetUp(settings, held)

    def issuer(self) -> str:
        """Return this kiosk's signing key, made where there is none."""
        known = self._secrets.get(ISSUER)
        if known is None:
            self._secrets.need_sound()
            known = provisioning.new_issuer()
            self._secrets.put(ISSUER, known)
        return known

    def make(self, wanted: Wanted) -> SheetReport:
        """Return this kiosk's set-up for another kiosk, small enough for one QR code."""
        try:
            setup = provisioning.for_device(self.set_up(with_secrets=wanted.with_secrets), wanted.device, wanted.place)
            expires = self._clock.now().trusted + timedelta(hours=wanted.hours)
            code = provisioning.new_code()
            text = provisioning.make(setup, self.issuer(), code, expires)
        except ScannerError as error:
            return SheetReport(error.code)
        if len(text) > provisioning.QR_BYTES:
            return SheetReport("settings_sheet_too_large")
        return SheetReport("", text, code, expires)

    # --- reading
    def open(self, text: str, code: str, *, any_issuer: bool = False) -> provisioning.SetUp:
        """Open a sheet and keep its secrets; SettingsTrouble says what is wrong with it."""
        if not any_issuer:
            self._secrets.need_sound()  # whom this kiosk trusted may be in there
        trusted = "" if any_issuer else self._secrets.get(TRUSTED) or ""
        setup, issuer = provisioning.apply(text, code, self._clock.now().trusted, trusted)
        for name, value in setup.secrets.items():
            self._secrets.put(name, value)
        self._secrets.put(TRUSTED, issuer)
        return setup

    def apply(self, text: str, code: str) -> Applied:
        """Open a sheet and keep its secrets; the settings are for the caller to keep."""
        try:
            setup = self.open(text, code)
        except ScannerError as error:
            return Applied(error.code)
        return Applied("", setup.settings, len(setup.secrets))
