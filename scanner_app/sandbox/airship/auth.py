"""The key check: Basic or OAuth, and the revision of the interface that every request must name."""

import base64
import hmac
import json
from hashlib import sha256

from aiohttp import hdrs, web

from scanner_app.sandbox.account import Account, account_of
from scanner_app.sandbox.wire import answer, refuse

APP_KEY, CLIENT_ID, SCOPE = "sandbox-app", "sandbox-client", "wpas"
REVISION, LIFETIME = "1.2", 3600


def check(request: web.Request) -> None:
    """401 without good credentials, 406 without the revision. The ticket route takes Basic alone, unless switched."""
    account, given = account_of(request), request.headers.get(hdrs.AUTHORIZATION, "")
    basic = _same(given, _basic(APP_KEY, account.api_key))
    bearer = _is_token(account, given)
    if bearer and request.path.startswith("/v1/ticket/"):
        bearer = account.switches.tickets_take_oauth
    if not basic and not bearer:
        refuse(401, "Authentication failed")
    if request.headers.get("Api-Revision") != REVISION:
        refuse(406, f"Api-Revision must be {REVISION}")


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode())


def _basic(user: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


def client_secret(account: Account) -> str:
    """The OAuth client's secret."""
    return sha256(f"oauth {account.api_key}".encode()).hexdigest()


async def token(request: web.Request) -> web.Response:
    """POST /token: client credentials for a bearer token of an hour."""
    account, form = account_of(request), await request.post()
    words = (form.get("grant_type"), form.get("sub"), form.get("scope"))
    if words != ("client_credentials", f"app:{APP_KEY}", SCOPE):
        return answer({"error": "invalid_request"}, 400)
    if not _same(request.headers.get(hdrs.AUTHORIZATION, ""), _basic(CLIENT_ID, client_secret(account))):
        return answer({"error": "invalid_client"}, 401)
    signed = _sign(account, account.clock.seconds() + LIFETIME)
    return answer({"access_token": signed, "token_type": "Bearer", "expires_in": LIFETIME, "scope": SCOPE})


def _sign(account: Account, until: int) -> str:
    body = json.dumps({"exp": until}).encode().hex()
    return f"{body}.{hmac.new(account.api_key.encode(), body.encode(), sha256).hexdigest()}"


def _is_token(account: Account, given: str) -> bool:
    body, _, _ = given.removeprefix("Bearer ").partition(".")
    try:
        until = json.loads(bytes.fromhex(body))["exp"]
    except (ValueError, KeyError, TypeError):
        return False
    good = isinstance(until, int) and _same(given, f"Bearer {_sign(account, until)}")
    return good and until > account.clock.now()
