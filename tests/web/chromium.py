"""A real headless Chromium, driven over its DevTools websocket."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = (  # it asks nobody for updates, and keeps to its own folder
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Tab:
    """One page: what it asked for, what it said on its console, and ways to type, ask and look."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.drawn = ""  # what the app has sent to the terminal

    async def listen(self) -> None:
        async for message in self._socket:
            heard = json.loads(message.data)
            if "id" in heard:
                self._answers.pop(heard["id"]).set_result(heard)
                continue
            facts = heard["params"]
            match heard["method"]:
                case "Network.requestWillBeSent":
                    self.requests.append(facts["request"]["url"])
                case "Network.webSocketCreated":
                    self.requests.append(facts["url"])
                case "Network.webSocketFrameReceived" if facts["response"]["opcode"] == 2:
                    self.drawn += base64.b64decode(facts["response"]["payloadData"]).decode(errors="replace")
                case "Runtime.exceptionThrown":
                    self.complaints.append(json.dumps(facts["exceptionDetails"]))
                case "Log.entryAdded":
                    self.complaints.append(facts["entry"]["text"])

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        answer = self._answers[self._number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        heard = await asyncio.wait_for(answer, 20)
        assert "result" in heard, heard
        return heard["result"]

    async def evaluate(self, expression: str) -> Any:
        answer = await self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        return answer["result"].get("value")

    async def until(self, expression: str, seconds: float = 30) -> None:
        for _ in range(int(seconds * 10)):
            if await self.evaluate(expression):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"not within {seconds} seconds: {expression}; {self.complaints}")

    async def until_drawn(self, text: str, seconds: float = 60) -> None:
        async with asyncio.timeout(seconds):
            while text not in self.drawn:
                await asyncio.sleep(0.1)
        await asyncio.sleep(0.5)  # from the terminal's memory to its canvas

    async def press(self, key: str, *, code: int, control: bool = False, text: str = "") -> None:
        about = {"key": key, "windowsVirtualKeyCode": code, "modifiers": 2 if control else 0}
        await self.call("Input.dispatchKeyEvent", type="keyDown", **about, **({"text": text} if text else {}))
        await self.call("Input.dispatchKeyEvent", type="keyUp", **about)

    async def screenshot(self) -> bytes:
        return base64.b64decode((await self.call("Page.captureScreenshot"))["data"])


@asynccontextmanager
async def chromium(
    program: str, profile: Path, *flags: str, size: tuple[int, int] = (1200, 760)
) -> AsyncIterator[Tab]:
    """A browser with one empty page. It is gone afterwards, with all its processes."""
    process = subprocess.Popen(
        [
            program,
            *QUIET,
            *flags,
            f"--user-data-dir={profile}",
            f"--window-size={size[0]},{size[1]}",
            "--remote-debugging-port=0",
            "about:blank",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port = await _port(profile / "DevToolsActivePort")
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                pages = [one for one in await answer.json() if one["type"] == "page"]
            async with session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                tab = Tab(socket)
                listening = asyncio.create_task(tab.listen())
                for domain in ("Network", "Runtime", "Log", "Page"):
                    await tab.call(f"{domain}.enable")
                await tab.call("Emulation.setFocusEmulationEnabled", enabled=True)  # as a window in front
                yield tab
                listening.cancel()
    finally:
        process.terminate()
        process.wait(20)


async def _port(file: Path) -> int:
    for _ in range(300):
        if file.exists() and (lines := file.read_text().splitlines()):
            return int(lines[0])
        await asyncio.sleep(0.1)
    raise AssertionError("the browser did not start")
