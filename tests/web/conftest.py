"""`tutor web` as a real process on the small course, and windows that a program holds open."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil
import pytest

from tests.cli.conftest import environment, write_course


@dataclass(frozen=True)
class Served:
    """A server that runs: its process, and the address that it printed."""

    process: subprocess.Popen[str]
    url: str

    @property
    def root(self) -> str:
        """The address without the token."""
        return self.url[: -len(self.token) - 1]

    @property
    def token(self) -> str:
        return self.url.split("/")[3]

    @property
    def origin(self) -> str:
        return self.root.rstrip("/")

    def apps(self) -> list[psutil.Process]:
        """All processes below the server."""
        return psutil.Process(self.process.pid).children(recursive=True)

    @asynccontextmanager
    async def window(self, **changes: object) -> AsyncIterator[Window]:
        """A window as the page opens it."""
        socket = {"url": f"{self.url}ws?width=100&height=30", "origin": self.origin, **changes}
        async with aiohttp.ClientSession() as session, session.ws_connect(**socket) as connection:  # type: ignore[arg-type]
            await connection.send_json(["focus"])
            yield Window(connection)


@dataclass
class Window:
    connection: aiohttp.ClientWebSocketResponse
    seen: str = ""

    async def until(self, text: str, seconds: float = 60) -> None:
        """Read until the app has drawn ``text``."""
        async with asyncio.timeout(seconds):
            while text not in self.seen:
                message = await self.connection.receive()
                assert message.type is aiohttp.WSMsgType.BINARY, (message, self.seen[-2000:])
                self.seen += message.data.decode(errors="replace")

    async def closed(self, seconds: float = 20) -> None:
        """Read until the server closes the window."""
        async with asyncio.timeout(seconds):
            async for _ in self.connection:
                pass

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.connection.send_json(["stdin", key])


@contextmanager
def serving(home: Path, course: Path, *words: str, **changes: str) -> Iterator[Served]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tutor", "web", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(home, course, changes),
    )
    try:
        assert process.stdout is not None
        yield Served(process, process.stdout.readline().strip())
    finally:
        process.terminate()
        process.communicate(timeout=20)


def all_end(processes: list[psutil.Process], seconds: float = 15) -> bool:
    """Whether all of them are gone within that time."""
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return not [one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


async def some(served: Served, seconds: float = 30) -> list[psutil.Process]:
    """An app and the two processes that it keeps ready for gradings, once they are there."""
    async with asyncio.timeout(seconds):
        while len(apps := served.apps()) < 3:
            await asyncio.sleep(0.05)
    return apps


@pytest.fixture(scope="session")
def small_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_course(tmp_path_factory.mktemp("small"))


@pytest.fixture
def served(home: Path, small_course: Path) -> Iterator[Served]:
    with serving(home, small_course) as running:
        yield running
