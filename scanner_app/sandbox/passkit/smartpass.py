"""SmartPass links: the data of a pass travels encrypted in the link; a click makes the pass, or shows it again."""

import base64
import binascii
import html
import json
import re
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.passkit import coupons, members
from scanner_app.sandbox.passkit.objects import COUPON, MEMBER, Message
from scanner_app.sandbox.store import Row
from scanner_app.sandbox.wire import answer, json_object, refuse

HEX_IV = re.compile(r"[0-9a-fA-F]{32}\Z", re.ASCII)
BLOCK = 128
PERSON, SKU = "person.", "singleUseCoupons.coupon.sku"
MAKERS: dict[str, tuple[str, Callable[[Account, str, Message], Message]]] = {
    MEMBER: ("members.member.externalId", members.enrol_one),
    COUPON: ("singleUseCoupons.coupon.externalId", coupons.create_one),
}
NUMBERS = {"members.member.points": "points", "members.member.tierPoints": "tierPoints"}
PAGE = "<!DOCTYPE html><html><body><h1>{name}</h1><p id='pass-id'>{id}</p></body></html>"


def key_of(account: Account) -> str:
    """The project's key: 64 hexadecimal digits."""
    return str(account.store.meta("passkit.smartpass_key"))


async def click(request: web.Request) -> web.Response:
    """GET /c/{code}?data=&iv=: 302 to the pass. A known external id shows the first pass, else a new one is made."""
    account = account_of(request)
    owner = account.store.row("SELECT * FROM pk_class WHERE uid=?", [request.match_info["code"]])
    if owner is None or owner["kind"] not in MAKERS:
        refuse(404, "the link leads nowhere")
    fields = decrypt(key_of(account), request.query.get("data", ""), request.query.get("iv", ""))
    message = _pass(account, owner, fields)
    return web.Response(status=302, headers={"Location": f"{account.base_url}/pass/{message['id']}"})


def _pass(account: Account, owner: Row, fields: dict[str, str]) -> Message:
    unique, make = MAKERS[owner["kind"]]
    external = fields.get(unique, "")
    if not external and account.switches.auto_fill_external_id:
        external = fields.get("person.emailAddress") or fields.get("person.mobileNumber") or ""
    sql = "SELECT message_json FROM pk_object WHERE kind=? AND class=? AND external_id=? AND external_id<>''"
    known = account.store.row(sql, [owner["kind"], owner["id"], external])
    if known:
        found: Message = json.loads(known["message_json"])
        return found
    return make(account, owner["id"], _wish(fields) | ({"externalId": external} if external else {}))


def _wish(fields: dict[str, str]) -> Message:
    person = {name.removeprefix(PERSON): value for name, value in fields.items() if name.startswith(PERSON)}
    wish: Message = {"person": {name: _person_value(name, value) for name, value in person.items()}}
    wish |= {name: float(fields[key]) for key, name in NUMBERS.items() if fields.get(key, "").isdigit()}
    meta = {name.removeprefix("meta."): value for name, value in fields.items() if name.startswith("meta.")}
    if expiry := fields.get("universal.expiryDate"):
        wish["expiryDate"] = expiry
    if sku := fields.get(SKU):
        wish["sku"] = sku
    return wish | ({"metaData": meta} if meta else {})


def _person_value(name: str, value: str) -> Any:
    if name == "gender":
        return {"1": "MALE", "2": "FEMALE"}.get(value, "NOT_KNOWN")
    if name == "dateOfBirth":
        parts = value.split("-")
        return dict(zip(("year", "month", "day"), (int(each) for each in parts if each.isdigit()), strict=False))
    return [value] if name == "otherNames" else value


def decrypt(key: str, data: str, iv: str) -> dict[str, str]:
    """The fields of a link; one and the same 400 whatever is wrong with it, so that it tells an attacker nothing."""
    try:
        cipher = Cipher(algorithms.AES(bytes.fromhex(key)), modes.CBC(_iv(iv)))
        decryptor, unpadder = cipher.decryptor(), padding.PKCS7(BLOCK).unpadder()
        padded = decryptor.update(_base64(data)) + decryptor.finalize()
        fields = json.loads(unpadder.update(padded) + unpadder.finalize())
    except (ValueError, binascii.Error):
        refuse(400, "the link is not valid")
    if not isinstance(fields, dict) or not all(isinstance(value, str) for value in fields.values()):
        refuse(400, "the link is not valid")
    return fields


def _iv(text: str) -> bytes:
    return bytes.fromhex(text) if HEX_IV.match(text) else _base64(text)


def _base64(text: str) -> bytes:
    # Two public generators: one URL-safe without padding, one standard whose `+` arrives as a space.
    plain = text.replace(" ", "+").replace("-", "+").replace("_", "/").rstrip("=")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)


def encrypt(key: str, fields: dict[str, str], iv: bytes) -> tuple[str, str]:
    """The data and iv of a link, URL-safe and hexadecimal."""
    padder = padding.PKCS7(BLOCK).padder()
    plain = json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
    encryptor = Cipher(algorithms.AES(bytes.fromhex(key)), modes.CBC(iv)).encryptor()
    raw = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode(), iv.hex()


async def make_link(request: web.Request) -> web.Response:
    """POST /distribution/smartpasslink {"projectDistributionUrl":{"url","title"},"fields":{...}}: {"url"}."""
    account, data = account_of(request), await json_object(request)
    target, fields = data.get("projectDistributionUrl"), data.get("fields")
    if not isinstance(target, dict) or not target.get("url") or not isinstance(fields, dict):
        refuse(400, "projectDistributionUrl and fields are required")
    texts = {str(name): str(value) for name, value in fields.items()}
    code, iv = encrypt(key_of(account), texts, secrets.token_bytes(16))
    return answer({"url": f"{str(target['url']).rstrip('/')}?{urlencode({'data': code, 'iv': iv})}"})


async def page(request: web.Request) -> web.Response:
    """GET /pass/{id}: the pass's own page, with its id beneath. No key is asked for."""
    account = account_of(request)
    row = account.store.row("SELECT * FROM pk_object WHERE id=?", [request.match_info["id"]])
    if row is None:
        refuse(404, "pass not found")
    person = json.loads(row["message_json"]).get("person") or {}
    name = person.get("displayName") or f"{person.get('forename', '')} {person.get('surname', '')}".strip()
    return web.Response(text=PAGE.format(name=html.escape(name), id=row["id"]), content_type="text/html")
