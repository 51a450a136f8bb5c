"""The kiosk's accounts: a platform for each whose key is known, a trouble code for each of the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from scanner_app import logs
from scanner_app.application.config import AccountConfig, Settings
from scanner_app.application.control import AccountReport, OfficeTask
from scanner_app.application.front_desk import OWN_NUMBER
from scanner_app.application.ports import Can, Capabilities, Counter, Figures, FormField, Issued, Platform
from scanner_app.application.tenants import UNKNOWN
from scanner_app.domain.errors import (
    PlatformCause,
    PlatformKind,
    PlatformTrouble,
    ScannerError,
    SettingsTrouble,
    platform_kind,
)
from scanner_app.domain.passes import Pass
from scanner_app.platforms import registry, smartpass, walk_up
from scanner_app.platforms.address import on_this_machine
from scanner_app.platforms.passcreator.office import Office
from scanner_app.platforms.passcreator.platform import PasscreatorPlatform
from scanner_app.platforms.tenant import without_key
from scanner_app.secrets import UNREADABLE, SecretStore

log = logging.getLogger(__name__)

KEY_MISSING = "settings_key_missing"
KEY_AWAY = frozenset({KEY_MISSING, f"settings_{UNREADABLE}"})
"""The troubles of an account that lacks nothing but its key: the list it holds is still good."""

LINK_URL, LINK_MAKES = "link_url", "link_makes"
"""The account options that hold the distribution URL of its SmartPass Links, and what is behind it."""


def link_key_name(account: str) -> str:
    """Return the name in the secret store of the key that an account's SmartPass Links are made with."""
    return f"links:{account}"


@dataclass(slots=True)
class Opened:
    """What came of opening every account once."""

    platforms: dict[str, Platform] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)

    def close(self) -> None:
        """Give every connection back."""
        for platform in self.platforms.values():
            platform.close()


class Accounts:
    """The accounts of the settings in force. One that cannot be opened does not keep the others."""

    def __init__(self, settings: Callable[[], Settings], secrets: SecretStore) -> None:
        self._settings, self._secrets = settings, secrets
        self._opened_for = self._wanted()
        self._now = self._open()

    def changed(self) -> bool:
        """Return whether accounts or keys are others than those that are open."""
        return self._wanted() != self._opened_for

    def _wanted(self) -> list[tuple[AccountConfig, str | None]]:
        return [(account, self._secrets.get(account.secret_name)) for account in self.configured()]

    def reopen(self) -> Opened:
        """Open the accounts of changed settings; return the old ones, which the caller closes once nobody uses them."""
        self._opened_for = self._wanted()
        old, self._now = self._now, self._open()
        return old

    def close(self) -> None:
        """Give every connection back."""
        self._now.close()

    @property
    def platforms(self) -> Mapping[str, Platform]:
        """The platforms that can be used, by account."""
        return self._now.platforms

    @property
    def troubles(self) -> Mapping[str, str]:
        """Why each other account cannot be used."""
        return self._now.troubles

    def configured(self) -> list[AccountConfig]:
        """Return every account of the settings, usable or not."""
        return list(self._settings().accounts)

    def usable(self) -> list[AccountConfig]:
        """Return the accounts that have a platform."""
        return [a for a in self.configured() if a.id in self.platforms]

    def tenants(self) -> Mapping[str, str]:
        """Return the fingerprint of URL and key per account.

        Of the URL alone where nothing but the key is missing, '-' where the account cannot be used for another reason.
        """
        known = {a: p.tenant for a, p in self.platforms.items()}
        return {a.id: known.get(a.id) or self._without_key(a) for a in self.configured()}

    def _without_key(self, account: AccountConfig) -> str:
        """A keyring may be locked after a start: the list held goes on. Not in training, which holds no real list."""
        keyless = self.troubles.get(account.id) in KEY_AWAY and not self._settings().training
        return without_key(account.url) if keyless else UNKNOWN

    def need_set_up(self) -> None:
        """Raise when there is no account, or none that can be used."""
        if not self.configured():
            raise SettingsTrouble("not_set_up")
        if not self.platforms:
            raise SettingsTrouble(next(iter(self.troubles.values())).removeprefix("settings_"))

    def platform(self, account: str) -> Platform:
        """Return an account's platform, the first account's for ''; raise when it cannot be used."""
        self.need_set_up()
        chosen = account or self.configured()[0].id
        if chosen in self.troubles:
            raise SettingsTrouble(self.troubles[chosen].removeprefix("settings_"), chosen)
        if chosen not in self.platforms:
            raise SettingsTrouble("account_unknown", chosen)
        return self.platforms[chosen]

    def capabilities(self, account: str) -> Capabilities:
        """Return what an account can do; nothing when it cannot be used."""
        platform = self.platforms.get(account)
        return platform.capabilities if platform else Capabilities(frozenset())

    def counter(self, account: str, task: Can) -> Counter:
        """Return an account's box office; SettingsTrouble with the reason where its platform cannot do the task."""
        return self._able(account, task).counter

    def _able(self, account: str, task: Can) -> Platform:
        platform = self.platform(account)
        if task in platform.capabilities.missing:
            raise _cannot(platform, task)
        return platform

    def office(self, account: str, task: Can) -> Office:
        """Return what only Passcreator's contract has calls for; SettingsTrouble with the reason elsewhere."""
        platform = self.platform(account)
        if not isinstance(platform, PasscreatorPlatform):
            raise _cannot(platform, task)
        return platform.office

    def form(self, account: str, template: str) -> list[FormField]:
        """Return what a new pass of a template may carry."""
        return walk_up.form(self._able(account, Can.CREATE), template)

    def issue(self, account: str, template: str, values: Mapping[str, str], external: str) -> Issued:
        """Make a pass under an id of ours, by which one whose answer was lost can be found again."""
        return walk_up.issue(self._able(account, Can.CREATE), template, values, external)

    def figures(self, account: str, template: str) -> Figures:
        """Return what a platform counts of a template."""
        return walk_up.figures(self.office(account, Can.STATISTICS), template)

    def counts(self, account: str) -> bool:
        """Return whether an account tells statistics."""
        return Can.STATISTICS in self.capabilities(account).can

    def lookup(self, account: str, text: str, deadline: float) -> list[Pass]:
        """Ask an account for passes."""
        return self.platform(account).lookup(text, deadline)

    def link(self, account: str, fields: Mapping[str, str]) -> str:
        """Return a SmartPass link of an account's project; SettingsTrouble where none is known."""
        config = self._settings().account(account)
        options, key = config.options if config else {}, self._secrets.get(link_key_name(account))
        if not options.get(LINK_URL) or not key:
            raise SettingsTrouble("link_project_missing", account)
        unique = smartpass.UNIQUE.get(options.get(LINK_MAKES, "member"))
        if unique is None:
            raise SettingsTrouble("option_invalid", LINK_MAKES)
        named = {unique if name == OWN_NUMBER else name: value for name, value in fields.items()}
        return smartpass.make(named, smartpass.landing_page(options[LINK_URL]), smartpass.read_key(key))

    def keep_link_project(self, account: str, url: str, key: str) -> str:
        """Check a SmartPass project and keep its key; return its address, which belongs into the account's options."""
        page = smartpass.landing_page(url)
        smartpass.read_key(key)
        logs.never_log(key.strip())
        self._secrets.put(link_key_name(account), key.strip())
        return page

    def office_task(self, account: str, task: OfficeTask, uid: str, value: str) -> None:
        """Ask a platform to do something to a pass now; raises PlatformTrouble or SettingsTrouble."""
        calls: Mapping[OfficeTask, Callable[[], object]] = {
            OfficeTask.EMAIL: lambda: self.office(account, Can.EMAIL).email(uid, value),
            OfficeTask.ENABLE_DOWNLOAD: lambda: self.office(account, Can.ENABLE_DOWNLOAD).enable_download(uid),
            OfficeTask.PUSH: lambda: self.counter(account, Can.NOTIFY).push(uid, value),
        }
        calls[task]()

    def try_account(self, account: AccountConfig, key: str) -> AccountReport:
        """Talk to a platform with a key ('' = the stored one)."""
        try:
            self._allowed(account)
        except SettingsTrouble as trouble:
            return AccountReport(trouble.code, trouble.detail)
        return account_report(account, key or self._secrets.get(account.secret_name) or "")

    def _allowed(self, account: AccountConfig) -> None:
        """Whoever trains touches no real account, not even one that was entered or brought along by mistake."""
        if self._settings().training and not on_this_machine(account.url):
            raise SettingsTrouble("training_only", account.id)

    def _key(self, account: AccountConfig) -> str | None:
        key = self._secrets.get(account.secret_name)
        if key is None:
            self._secrets.need_sound()
        return key

    def _open(self) -> Opened:
        opened = Opened()
        for account in self.configured():
            try:
                self._allowed(account)
                opened.platforms[account.id] = _platform(account, self._key(account))
            except ScannerError as error:
                log.warning("account %s cannot be used: %s", account.id, error.code)
                opened.troubles[account.id] = error.code
        return opened


def _cannot(platform: Platform, task: Can) -> SettingsTrouble:
    return SettingsTrouble(f"cannot_{platform.capabilities.missing.get(task, 'not_in_contract')}", platform.platform)


def _platform(account: AccountConfig, key: str | None) -> Platform:
    if not key:
        raise SettingsTrouble("key_missing", account.id)
    logs.never_log(key)
    return registry.build(account, key)


def account_report(account: AccountConfig, key: str) -> AccountReport:
    """Try an account: the key, the address, each template, the platform's doors."""
    try:
        platform = _platform(account, key)
    except ScannerError as error:
        return AccountReport(error.code, error.detail)
    try:
        return _report(platform, account)
    except ScannerError as error:
        return AccountReport(error.code, error.detail)
    finally:
        platform.close()


def _report(platform: Platform, account: AccountConfig) -> AccountReport:
    moment = platform.check()
    for template in account.templates:
        try:
            platform.page(template.id, "", "")
        except PlatformTrouble as trouble:
            if trouble.kind is not PlatformKind.NOT_FOUND:
                raise
            return AccountReport("settings_template_unknown", template.id)
    templates, doors = tuple(platform.templates()), tuple(platform.doors())
    return AccountReport("", "", templates, doors, moment, zone=platform.zone_shown)


def report_trouble(report: AccountReport) -> ScannerError:
    """Return a report's trouble as an error, for callers that stop at it."""
    if report.trouble.startswith("settings_"):
        return SettingsTrouble(report.trouble.removeprefix("settings_"), report.detail)
    name = report.trouble.removeprefix("platform_")
    cause = PlatformCause(name) if name in set(PlatformCause) else None
    return PlatformTrouble(platform_kind(report.trouble) or PlatformKind.NONSENSE, report.detail, cause=cause)
