"""What the contract suite needs of each platform: an account, a fresh pass, and what an organiser does to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from scanner_app.application.config import AccountConfig
from scanner_app.application.ports import Platform, Template
from scanner_app.platforms.airship.office import Ref
from scanner_app.platforms.passentry.office import Wishes
from scanner_app.platforms.passkit.calls import Kind
from scanner_app.platforms.registry import build
from scanner_app.sandbox.account import Account
from scanner_app.sandbox.server import Sandbox


class Kit(ABC):
    """One platform of one sandbox."""

    name: ClassVar[str]
    door: ClassVar[str] = ""
    place: ClassVar[str] = "Main entrance"  # what the platform calls the place of that door
    keeps_second_uses: ClassVar[bool] = True

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.server: Account = sandbox.accounts[self.name]
        self.info = next(each for each in sandbox.infos if each["platform"] == self.name)
        self.open: list[Platform] = []

    @property
    def key(self) -> str:
        return self.info["api_key"]

    @property
    def secrets(self) -> list[str]:
        return [self.info["api_key"]]

    @property
    def options(self) -> dict[str, str]:
        return {}

    def config(self, **more: object) -> AccountConfig:
        templates = tuple(Template(t["id"], t["name"]) for t in self.info["templates"])
        base = {"templates": templates, "zone": "Europe/Berlin", "options": self.options}
        return AccountConfig("acc", self.name, self.info["base_url"], **(base | more))

    def platform(self, key: str | None = None, **more: object) -> Platform:
        made = build(self.config(**more), key or self.key)
        self.open.append(made)
        return made

    def close(self) -> None:
        for each in self.open:
            each.close()
        self.server.misbehaviours.faults.clear()

    @abstractmethod
    def fresh(self, platform: Platform, code: str) -> str:
        """Make a good pass that carries the code in the way this platform's barcodes do; return its uid."""

    @abstractmethod
    def cancel(self, platform: Platform, uid: str) -> None:
        """The organiser voids a pass."""

    @abstractmethod
    def delete(self, platform: Platform, uid: str) -> None:
        """The organiser deletes a pass for good."""

    @abstractmethod
    def is_spent(self, uid: str) -> bool:
        """Whether the server holds the pass as this contract demands after an admission."""


class Passcreator(Kit):
    name = "passcreator"

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.door = self.info["app_configurations"][0]["id"]

    def fresh(self, platform, code):
        return platform.office.create(self.info["templates"][0]["id"], {"barcodeValue": code}).uid

    def cancel(self, platform, uid):
        platform.office.mark(uid, voided=True)

    def delete(self, platform, uid):
        platform.office.delete(uid)

    def is_spent(self, uid):
        return bool(self.sandbox.store.number("SELECT voided FROM pc_pass WHERE identifier=?", [uid]))


class PassEntry(Kit):
    name = "passentry"
    door = place = "main-entrance-1"

    @property
    def options(self):
        return {"entity": self.info["entity"], "per_second": "5000"}

    def fresh(self, platform, code):
        return platform.office.create(self.info["templates"][0]["id"], Wishes({"fullName": "Ada"}), code).uid

    def cancel(self, platform, uid):
        platform.office.mark(uid, voided=True)

    def delete(self, platform, uid):
        platform.office.nullify(uid)

    def is_spent(self, uid):
        return bool(self.sandbox.store.number("SELECT deactivated IS NOT NULL FROM pe_pass WHERE id=?", [uid]))


class PassKit(Kit):
    name = "passkit"
    keeps_second_uses = False  # a second redemption of a ticket is refused there

    @property
    def key(self):
        return f"{self.info['api_key']}:{self.info['api_secret']}"

    @property
    def secrets(self):
        return [self.info["api_key"], self.info["api_secret"]]

    def fresh(self, platform, code):
        return platform.office.create(Kind.TICKET, self.info["productions"][0]["id"], {"ticketNumber": code})

    def cancel(self, platform, uid):
        voided = "json_set(message_json,'$.passMetaData.status','PASS_INVALIDATED')"
        sql = f"UPDATE pk_object SET message_json={voided} WHERE id=?"
        self.sandbox.store.write(sql, [uid])

    def delete(self, platform, uid):
        platform.office.delete(Kind.TICKET, uid)

    def is_spent(self, uid):
        sql = "SELECT json_extract(message_json,'$.status')='REDEEMED' FROM pk_object WHERE id=?"
        return bool(self.sandbox.store.number(sql, [uid]))


class Airship(Kit):
    name = "airship"

    @property
    def key(self):
        return f"{self.info['app_key']}\n{self.info['api_key']}"

    @property
    def options(self):
        return {"per_second": "5000"}

    def fresh(self, platform, code):
        body = {"headers": {"barcode_value": {"value": code}}, "fields": {"Name": {"value": "Ada"}}}
        return platform.office.create(body, template=self.info["templates"][0]["id"], external=code).uid

    def cancel(self, platform, uid):
        platform.office.mark(Ref(uid), voided=True)

    def delete(self, platform, uid):
        platform.office.delete(Ref(uid))

    def is_spent(self, uid):
        sql = "SELECT json_extract(headers_json,'$.expirationDate.label')='voided' FROM aw_pass WHERE id=?"
        return bool(self.sandbox.store.number(sql, [uid]))


KITS = (Passcreator, PassEntry, PassKit, Airship)
