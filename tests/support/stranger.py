"""Another Passcreator: only what seed 001 documents, written apart from the sandbox, with oddities of its own.

No app configurations, ids that are no UUIDs, fields nobody has heard of, empty objects and dates.
"""

import json
import threading
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

KEY = "strange-key-1"
TEMPLATE, OTHER = "tpl_A", "tpl_B"


def wall(days: float) -> str:
    return (datetime.now() + timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S")  # noqa: DTZ005  # company time, zone UTC


def a_pass(number: int, template: str = TEMPLATE, **changes: object) -> dict[str, object]:
    """One pass as seed 001 reads it."""
    uid = f"p{number}_x"
    return {
        "identifier": uid,
        "uri": f"http://platform.invalid/api/pass/{uid}",
        "generatedId": f"g{number}",
        "searchString": f"|Guest {number}|",
        "passData": "",
        "voided": False,
        "redeemed": False,
        "createdOn": wall(-5),
        "modifiedOn": wall(-5),
        "expirationDate": wall(100),
        "userProvidedId": f"CUST-{number}",
        "passTemplateGuid": template,
        "passTemplateName": template,
        "linkToPassPage": f"http://platform.invalid/en/p/{number}",
        "thumbnail": None,
        "barcodeValue": f"BC{number:05d}",
        "passFieldData": {"a.1": f"Guest {number}", "a.2": ""},
        "fieldFromTheFuture": {"x": [1]},
        "lastUsage": None,
        "storedValue": 0,
        "eligiblePlaces": [],
        "placesUsedAt": {},
        "downloadPin": "",
        "bundleId": None,
    } | changes


class Stranger(ThreadingHTTPServer):
    """`passes` by uid; `orders` is every PUT that arrived; `failures` more of them get 500."""

    daemon_threads = True

    def __init__(self, *passes: dict[str, object]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.passes = {str(each["identifier"]): each for each in passes}
        self.orders: list[tuple[str, bool]] = []
        self.failures, self.lock = 0, threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Stranger

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer(*self._get(), b"")

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(*self._put(json.loads(body)), body)

    def _parts(self) -> list[str]:
        return [unquote(part) for part in urlsplit(self.path).path.split("/")[1:]]

    def _get(self) -> tuple[int, object]:
        if self.headers["Authorization"] != KEY:
            return 401, {"ErrorMessage": "who?"}
        match self._parts():
            case ["api", "pass", "list", template]:
                return self._list(template)
            case ["api", "pass", identifier]:
                found = self._find(identifier)
                return (200, found) if found else (404, {"ErrorMessage": "no such pass"})
        return 404, {"ErrorMessage": "no such route"}

    def _put(self, body: dict[str, bool]) -> tuple[int, object]:
        uid = self._parts()[-1]
        with self.server.lock:
            self.server.orders.append((uid, body["voided"]))
            if self.server.failures:
                self.server.failures -= 1
                return 500, {}
            self.server.passes[uid] |= {"voided": body["voided"], "modifiedOn": wall(0)}
        return 204, None

    def _find(self, identifier: str) -> dict[str, object] | None:
        keys = ("identifier", "userProvidedId", "barcodeValue")
        return next((p for key in keys for p in self.server.passes.values() if p[key] == identifier), None)

    def _list(self, template: str) -> tuple[int, object]:
        asked = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
        if template not in (TEMPLATE, OTHER):
            return 404, {"ErrorMessage": "no such template"}
        since = asked.get("modifiedSince", "")
        rows = [p for p in self.server.passes.values() if p["passTemplateGuid"] == template]
        rows = sorted((p for p in rows if str(p["modifiedOn"])[:16] >= since), key=lambda p: str(p["identifier"]))
        start, size = int(asked.get("start", 0)), int(asked.get("pageSize", 100))
        query = {"start": start, "pageSize": size, "self": self.server.url + self.path}
        if start + size < len(rows):
            query["next"] = f"{self.server.url}/api/pass/list/{template}?start={start + size}&pageSize={size}"
        return 200, {"query": query, "total": len(rows), "results": rows[start : start + size]}

    def _answer(self, status: int, value: object, _body: bytes) -> None:
        body = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if body:
            self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.end_headers()
        self.wfile.write(body)
