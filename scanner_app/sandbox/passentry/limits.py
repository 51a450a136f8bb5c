"""Ten requests a second per endpoint and method, in a sliding window, told in the platform's own headers."""

from aiohttp import web

from scanner_app.sandbox.account import Account, account_of

PER_SECOND = 10


def _endpoint(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return f"{request.method} {resource.canonical if resource else request.path}"


def take(request: web.Request) -> dict[str, str] | None:
    """Count this request: None if it may pass, else the headers of the refusal."""
    account = account_of(request)
    now = account.clock.now()
    seen = account.hits.setdefault(_endpoint(request), [])
    seen[:] = [at for at in seen if at > now - 1.0]
    if len(seen) < PER_SECOND or account.switches.no_rate_limit:
        seen.append(now)
        return None
    return headers(request) | {"x-rate-limit-retry-after": f"{max(seen[0] + 1.0 - now, 0.001):.3f}"}


def headers(request: web.Request) -> dict[str, str]:
    """What every answer says about the limit."""
    account: Account = account_of(request)
    seen = account.hits.get(_endpoint(request), [])
    return {
        "x-rate-limit-limit": str(PER_SECOND),
        "x-rate-limit-remaining": str(max(PER_SECOND - len(seen), 0)),
        "x-rate-limit-reset": str(int(account.clock.now()) + 1),
        "x-rate-limit-url": request.path,
    }
