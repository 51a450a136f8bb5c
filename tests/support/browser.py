"""A real Chromium, headless, driven over its own debugging protocol. No driver program is needed."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import shutil
import subprocess
import threading
from pathlib import Path

import aiohttp
from support.venue_kit import until

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--ignore-certificate-errors", "--hide-scrollbars",
    "--remote-debugging-port=0", "--window-size=390,844",
)  # fmt: skip
SECONDS = 60.0


def program() -> str | None:
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


class Browser:
    """One tab. Every call waits for its answer."""

    def __init__(self, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="browser", daemon=True)
        self._process = subprocess.Popen(
            [program() or "", *FLAGS, f"--user-data-dir={folder}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.said: list[str] = []
        self._number = 0
        self._waiting: dict[int, asyncio.Future] = {}
        port_file = folder / "DevToolsActivePort"
        until(lambda: port_file.exists() and len(port_file.read_text().split()) > 1, SECONDS, "the browser starts")
        self._port = port_file.read_text().split()[0]
        self._thread.start()
        self._do(self._connect())
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")
        self.send("Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=2, mobile=True)

    def _do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(SECONDS)

    async def _connect(self) -> None:
        self._session = aiohttp.ClientSession()
        async with self._session.get(f"http://127.0.0.1:{self._port}/json") as answer:
            tabs = await answer.json()
        address = next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
        self._socket = await self._session.ws_connect(address, max_msg_size=1 << 26)
        self._reading = asyncio.ensure_future(self._read())

    async def _read(self) -> None:
        async for message in self._socket:
            heard = json.loads(message.data)
            if "id" in heard:
                self._waiting.pop(heard["id"]).set_result(heard)
            elif heard["method"] in ("Log.entryAdded", "Runtime.exceptionThrown"):
                self.said.append(json.dumps(heard["params"]))

    async def _send(self, method: str, params: dict) -> dict:
        self._number += 1
        answer = self._waiting[self._number] = self._loop.create_future()
        await self._socket.send_json({"id": self._number, "method": method, "params": params})
        return (await answer).get("result", {})

    def send(self, method: str, **params) -> dict:
        return self._do(self._send(method, params))

    def go(self, url: str) -> None:
        self.send("Page.navigate", url=url)
        until(lambda: self.run("document.readyState") == "complete" and self.run("location.href") != "about:blank", 30)

    def run(self, script: str):
        return self.send("Runtime.evaluate", expression=script, awaitPromise=True).get("result", {}).get("value")

    def text(self) -> str:
        return str(self.run("document.body.innerText") or "")

    def picture(self, path: Path) -> None:
        shot = self.send("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def close(self) -> None:
        async def end() -> None:
            await self._socket.close()
            await self._session.close()
            self._reading.cancel()

        with contextlib.suppress(Exception):
            self._do(end())
        self._process.kill()
        self._process.wait()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()
