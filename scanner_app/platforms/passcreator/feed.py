"""Webhooks in pull mode (providers.md 1.5): the platform names the passes that changed, no list is walked for it.

The vendor keeps payloads per customer account, not per subscriber: what one client acknowledges no other is given.
So this is for one kiosk of an account, and never more than a faster feed: the delta stays what can be relied on.
Published are the calls and the payloads; the frame around a payload, the keys of the acknowledgement and the call that
ends a subscription are assumptions, read strictly: anything else is trouble, and nothing is acknowledged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scanner_app.application.ports import News
from scanner_app.platforms.deadline import Deadline
from scanner_app.platforms.fields import a_list, an_object, flag, needed, text
from scanner_app.platforms.http import Http
from scanner_app.platforms.strict_json import Json, nonsense

EVENTS = ("app_scan_created", "pass_created", "pass_voided")
PAYLOADS = ("api", "v3", "webhook-payload")
CALL = 3.0
"""Seconds for one call: whoever waits longer has the delta sooner."""
LEAVE = 1.5
"""Seconds for ending all subscriptions when the program stops."""
MOST = 1000
"""More payloads than this in one answer are no answer."""


class PullFeed:
    """Implements `ports.Feed` on one account's connection, for the templates that the account walks."""

    def __init__(self, http: Http, templates: Callable[[], Sequence[str]]) -> None:
        self._http, self._templates = http, templates
        self._wanted: list[tuple[str, str]] | None = None  # (template, event) still to be subscribed to
        self._subscribed: list[str] = []  # ids of subscriptions

    def poll(self) -> News:
        """Return what happened and was not yet acknowledged; the first time, ask for it to be kept."""
        self._subscribe()
        return read_news(self._http.request("GET", PAYLOADS, deadline=CALL).json())

    def acknowledge(self, news: News) -> None:
        """Say that this need not be told again."""
        if news.receipts:
            body: dict[str, Json] = {"identifiers": list(news.receipts)}
            reply = self._http.request("POST", [*PAYLOADS, "acknowledge"], body=body, ok=(200, 204), deadline=CALL)
            if reply.body.strip() and not _well(reply.json()):
                raise nonsense("not acknowledged")

    def close(self) -> None:
        """End the subscriptions, so that nothing piles up for nobody; raises PlatformTrouble."""
        clock = Deadline(LEAVE)
        while self._subscribed:
            path = ["api", "hook", self._subscribed.pop()]
            self._http.request("DELETE", path, ok=(200, 204, 404), deadline=clock.left())

    def _subscribe(self) -> None:
        if self._wanted is None:
            self._wanted = [(template, event) for template in self._templates() for event in EVENTS]
        while self._wanted:
            template, event = self._wanted[-1]
            path = ["api", "hook", "subscribe", template]
            body: dict[str, Json] = {"event": event, "pullMode": True}
            reply = self._http.request("POST", path, body=body, ok=(200, 201), deadline=CALL)
            told = an_object(reply.json(), "subscription") if reply.body.strip() else {}
            self._wanted.pop()
            self._subscribed += [known] if (known := text(told, "identifier")) else []


def read_news(value: Json) -> News:
    """Return the passes named, each once, and the receipts; raise PlatformTrouble(NONSENSE) for anything odd."""
    found = an_object(value, "payloads")
    if "data" not in found or not _well(found):
        raise nonsense("payloads without data")
    entries = [an_object(each, "payload") for each in a_list(found["data"], "payloads")]
    if len(entries) > MOST:
        raise nonsense("too many payloads")
    mine = [each for each in entries if needed(each, "event") in EVENTS]  # others are kept for whoever asked for them
    passes = dict.fromkeys(_named(each) for each in mine)
    return News(tuple(uid for uid in passes if uid), tuple(needed(each, "identifier") for each in mine))


def _well(value: Json) -> bool:
    return flag(an_object(value, "answer"), "success", missing=True)


def _named(entry: dict[str, Json]) -> str:
    """Return the uid of the pass that a payload is about, '' for a scan of something unknown."""
    if not isinstance(entry.get("payload"), dict):
        raise nonsense("a payload without content")
    payload = an_object(entry["payload"], "payload")
    return text(payload, "passId") or text(payload, "identifier")
