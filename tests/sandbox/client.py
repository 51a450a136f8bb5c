"""Asks the sandbox over a real socket, byte for byte as given."""

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from scanner_app.sandbox.server import Sandbox


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    def __init__(self, sandbox: Sandbox, platform: int = 0) -> None:
        self.info = sandbox.infos[platform]
        self.key: str | None = self.info["api_key"]
        self.address = urlsplit(self.info["base_url"])

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """One request on one connection; a full URL of this server will do as path."""
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=20)
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        sent = {"Authorization": self.key} if self.key is not None else {}
        try:
            connection.request(method, path.removeprefix(self.info["base_url"]), raw, sent | (headers or {}))
            got = connection.getresponse()
            return Answer(got.status, got.headers, got.read())
        finally:
            connection.close()

    def get(self, path: str) -> Any:
        """The JSON of a page that must be there."""
        got = self.ask("GET", path)
        assert got.status == 200, got
        return got.json

    def template(self, number: int = 0) -> str:
        return self.info["templates"][number]["id"]

    def door(self, name: str) -> str:
        return next(each["id"] for each in self.info["app_configurations"] if each["name"] == name)

    def create(self, template: int = 0, **body: Any) -> Any:
        """A new pass as the create endpoint tells it."""
        got = self.ask("POST", f"/api/pass?passtemplate={self.template(template)}&zapierStyle=true", body)
        assert got.status == 201, got
        return got.json

    def scan(self, uid: str | None, door: str, status: int, **more: Any) -> str:
        """A new app scan; its id."""
        body = {"appConfigurationId": self.door(door), "passId": uid, "scanStatus": status, **more}
        got = self.ask("POST", "/api/appscan", body)
        assert got.status == 201, got
        return got.json["appScanId"]

    def all(self, path: str) -> list[Any]:
        """Every entry of a list, page after page by its own `next`."""
        found, url = [], path
        while url:
            page = self.get(url)
            found += page["results"]
            url = page["query"].get("next")
        return found
