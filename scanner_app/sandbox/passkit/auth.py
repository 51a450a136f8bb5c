"""The key check: a JSON Web Token made per request, whose issue time must fit the server's clock."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from aiohttp import hdrs, web

from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.wire import answer, json_object, refuse

# Seen by several live clients of the vendor: older tokens are "issued too long ago".
OLDEST = 60


def check(request: web.Request) -> None:
    """401 unless the header holds a good token, bare or after Bearer."""
    account = account_of(request)
    token = request.headers.get(hdrs.AUTHORIZATION, "").removeprefix("Bearer ")
    claims = _claims(token, account.api_secret)
    if claims.get("uid") != account.api_key:
        refuse(401, "invalid api key")
    _check_times(account, claims)


def _claims(token: str, secret: str) -> dict[str, Any]:
    try:
        head, body, signature = (part.encode() for part in token.split("."))
        expected = hmac.new(secret.encode(), head + b"." + body, hashlib.sha256).digest()
        header, claims, given = json.loads(_decode(head)), json.loads(_decode(body)), _decode(signature)
    except (ValueError, binascii.Error):
        refuse(401, "invalid token")
    if not isinstance(header, dict) or not isinstance(claims, dict) or header.get("alg") != "HS256":
        refuse(401, "invalid token")
    if not hmac.compare_digest(given, expected):
        refuse(401, "signature is invalid")
    return claims


def _decode(part: bytes) -> bytes:
    return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))


def _check_times(account: Account, claims: dict[str, Any]) -> None:
    now, issued, expires = account.clock.now(), claims.get("iat"), claims.get("exp")
    if not isinstance(issued, (int, float)) or not isinstance(expires, (int, float)):
        refuse(401, "iat and exp are required")
    if issued > now:
        refuse(401, "Token used before issued")
    if issued < now - OLDEST and not claims.get("long"):
        refuse(401, "jwt was issued too long ago")
    if expires <= now:
        refuse(401, "Token is expired")


async def login(request: web.Request) -> web.Response:
    """POST /login {username, password}: a token of an hour, to be sent after Bearer. Key and secret are the words."""
    account, data = account_of(request), await json_object(request)
    if (data.get("username"), data.get("password")) != (account.api_key, account.api_secret):
        refuse(401, "invalid username or password")
    now = account.clock.seconds()
    return answer({"token": sign({"uid": account.api_key, "iat": now, "exp": now + 3600, "long": True}, account)})


def sign(claims: dict[str, Any], account: Account) -> str:
    """A token with these claims."""
    head, body = (_encode(json.dumps(each).encode()) for each in ({"alg": "HS256", "typ": "JWT"}, claims))
    signature = hmac.new(account.api_secret.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{_encode(signature)}"


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
