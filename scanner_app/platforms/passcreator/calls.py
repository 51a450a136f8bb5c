"""Every call of Passcreator V1 that a door or its office makes, one method each. Deadlines in seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import parse_qsl, unquote, urlsplit

from scanner_app.platforms.fields import a_list, an_object, needed, text, whole
from scanner_app.platforms.http import Http, Reply
from scanner_app.platforms.strict_json import Json, nonsense

PAGE_SIZE = 100
"""The largest page the contract allows."""
READ = 10.0
WRITE = 10.0
"""Seconds for calls of the queue (reliability.md, O2)."""
CURSOR = ("start", "lastIdOfPriorPage", "lastCreatedOnOfPriorPage")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a list. `after` opens the next one, {} at the end."""

    results: list[Json]
    after: Mapping[str, str]
    total: int | None
    date: datetime | None


class Calls:
    """The calls, on one account's connection."""

    def __init__(self, http: Http) -> None:
        self.http = http

    # --- reading ----------------------------------------------------------------------------------------------------
    def read(self, uid: str, *, mapping: bool = False, configuration: str = "", deadline: float = READ) -> Reply:
        """Return a pass by UID, userProvidedId or barcode value."""
        params = {"includeFieldMapping": "true"} if mapping else {}
        if configuration:
            params["appConfigurationId"] = configuration
        return self.http.request("GET", ["api", "pass", uid], params=params, deadline=deadline)

    def list_passes(self, template: str, params: Mapping[str, str], deadline: float = READ) -> Sheet:
        """Return one page of a template's passes. `params`: what `after` of the page before said, and a filter."""
        return self._sheet(["api", "pass", "list", template], params, deadline)

    def search(self, template: str, words: str) -> Reply:
        """Return passes that hold these words or similar ones."""
        return self.http.request("GET", ["api", "pass", "search", template, words], deadline=READ)

    def uris(self, uid: str) -> dict[str, str]:
        """Return where the files for Apple's and Google's wallets are."""
        reply = self.http.request("GET", ["api", "pass", "geturis", uid], deadline=READ)
        found = an_object(reply.json(), "uris")
        return {key: needed(found, key) for key in ("iPhoneUri", "AndroidUri")}

    def template_fields(self, template: str) -> Json:
        """Return what passes of a template may carry; seed 001 names this call without showing it."""
        params = {"zapierStyle": "true"}
        return self.http.request("GET", ["api", "passtemplate", template], params=params, deadline=READ).json()

    def statistics(self, template: str, time_frame: str, day: str = "today") -> dict[str, Json]:
        """Return the timelines of a day, week, month or year."""
        params = {"timeFrame": time_frame, "day": day}
        reply = self.http.request("GET", ["api", "pass", "statistics", template], params=params, deadline=READ)
        return an_object(reply.json(), "statistics")

    def active_history(self, template: str, starting_day: str = "") -> list[Json]:
        """Return active and inactive passes per day since a day, of the last seven days without one."""
        path = ["api", "pass", "statistics", template, "activehistory", *([starting_day] if starting_day else [])]
        return a_list(self.http.request("GET", path, deadline=READ).json(), "history")

    # --- writing ----------------------------------------------------------------------------------------------------
    def create(self, template: str, body: Mapping[str, Json]) -> Reply:
        """Make a pass."""
        params = {"passtemplate": template, "zapierStyle": "true"}
        return self.http.request("POST", ["api", "pass"], params=params, body=dict(body), ok=(201,), deadline=WRITE)

    def update(self, uid: str, body: Mapping[str, Json]) -> None:
        """Change a pass."""
        params = {"zapierStyle": "true"}
        path = ["api", "pass", uid]
        self.http.request("POST", path, params=params, body=dict(body), ok=(204,), deadline=WRITE).empty()

    def mark(self, uid: str, *, voided: bool) -> None:
        """Void a pass, or take that back."""
        body = {"voided": voided}
        self.http.request("PUT", ["api", "pass", uid], body=body, ok=(204,), deadline=WRITE).empty()

    def delete(self, uid: str) -> None:
        """Delete a pass for good."""
        self.http.request("DELETE", ["api", "pass", uid], deadline=WRITE)

    def enable_download(self, uid: str, until: str = "") -> None:
        """Let an active pass be downloaded again, for ten minutes or until a company wall time."""
        body = {"enableDownloadUntil": until} if until else {}
        path = ["api", "pass", uid, "enabledownload"]
        self.http.request("POST", path, body=body, ok=(204,), deadline=WRITE).empty()

    def push(self, uid: str, words: str) -> bool:
        """Send a message to a pass; return False when it had this very message before."""
        path = ["api", "pass", uid, "sendpushnotification"]
        reply = self.http.request("POST", path, body={"pushNotificationText": words}, ok=(204, 304), deadline=WRITE)
        return reply.status == 204

    def push_many(self, uids: Sequence[str], words: str) -> None:
        """Send a message to at most 500 passes; unknown ones are skipped silently by the platform."""
        body = {"listOfPasses": list(uids), "pushNotificationText": words}
        self.http.request("POST", ["api", "pass", "sendpushnotifications"], body=body, ok=(202,), deadline=WRITE)

    def email(self, uid: str, recipient: str) -> None:
        """Send a pass by e-mail."""
        self.http.request("POST", ["api", "pass", "deliver", uid, "email", recipient], deadline=WRITE)

    def set_stored_value(self, uid: str, value: Decimal) -> None:
        """Set a pass's value."""
        self.update(uid, {"storedValue": int(value) if value == value.to_integral_value() else float(value)})

    # --- doors and scans --------------------------------------------------------------------------------------------
    def configurations(self, deadline: float = READ) -> Reply:
        """Return the app configurations."""
        return self.http.request("GET", ["api", "appconfiguration"], deadline=deadline)

    def record(self, body: Mapping[str, Json]) -> str:
        """Record an app scan; return its id. Nothing is validated, and a repeat makes a second one."""
        reply = self.http.request("POST", ["api", "appscan"], body=dict(body), ok=(200, 201), deadline=WRITE)
        return needed(an_object(reply.json(), "app scan"), "appScanId")

    def list_scans(self, configuration: str, params: Mapping[str, str]) -> Sheet:
        """Return one page of the app scans of a configuration."""
        return self._sheet(["api", "appscan", "list", configuration], params)

    def delete_scan(self, scan: str) -> None:
        """Take an app scan back."""
        self.http.request("DELETE", ["api", "appscan", scan], ok=(200, 204), deadline=WRITE)

    def _sheet(self, path: Sequence[str], params: Mapping[str, str], deadline: float = READ) -> Sheet:
        asked = {"start": "0", "pageSize": str(PAGE_SIZE), **params}
        reply = self.http.request("GET", path, params=asked, deadline=deadline)
        found = an_object(reply.json(), "list")
        query = found.get("query")
        if not isinstance(query, dict) or "results" not in found:
            raise nonsense("a list without query or results")
        after = cursor(text(query, "next"), path)
        if after and after == {key: asked[key] for key in CURSOR if key in asked}:
            raise nonsense("the next page is this page")
        return Sheet(a_list(found["results"], "results"), after, whole(found, "total"), reply.date)


def cursor(following: str, path: Sequence[str]) -> dict[str, str]:
    """Return where `next` says the next page starts, {} without one.

    The address itself is never followed: it must be this list's own, and only the paging parameters are taken.
    """
    if not following:
        return {}
    try:
        url = urlsplit(following)
        pairs = parse_qsl(url.query, max_num_fields=32)
    except ValueError:
        raise nonsense("the next page is no address") from None
    if [unquote(part) for part in url.path.split("/")][-len(path) :] != list(path):
        raise nonsense("the next page belongs to another list")
    found = {key: value for key, value in pairs if key in CURSOR and value}
    if "start" not in found or not found["start"].isdecimal():
        raise nonsense("the next page names no start")
    return found
