"""The server: bound to loopback, it hands out the page and plays an app in each window, until it is told to stop."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path

from aiohttp import WSCloseCode, web

from tutor.errors import EnvironmentProblem
from tutor.web.gate import gate, harden
from tutor.web.packets import cells
from tutor.web.pages import page, served_files
from tutor.web.session import GRACE, play

LOOPBACK = "127.0.0.1"
_MOST_BYTES = 8 << 20  # of one message of a window: a large paste
_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def listen(port: int | None = None) -> socket.socket:
    """A socket of this machine alone, on ``port`` or, if that is None or 0, on any free one.

    Raises:
        EnvironmentProblem: the port is taken, or not for this user.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(
        socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
    )  # a port of a moment ago; never one in use
    try:
        listening.bind((LOOPBACK, port or 0))
        listening.listen()
    except OSError as error:
        listening.close()
        taken = error.errno == errno.EADDRINUSE
        raise EnvironmentProblem(
            f"Port {port} is in use." if taken else f"Port {port} can't be used: {error.strerror}.",
            where=f"{LOOPBACK}:{port}",
            next_step="Name another one by --port, or leave --port away for any free one.",
        ) from None
    return listening


async def serve(
    listening: socket.socket,
    token: str,
    home: Path,
    *,
    ready: Callable[[], None],
    tell: Callable[[str], None],
) -> None:
    """Serve until Ctrl+C, SIGTERM or SIGHUP; then end every window and every app.

    Args:
        ready: called once, when requests are answered.
        tell: called with what an app that failed said last.
    """
    stopped = asyncio.Event()
    for one in _STOPS:
        if signal.getsignal(one) is not signal.SIG_IGN:  # nohup
            asyncio.get_running_loop().add_signal_handler(one, stopped.set)
    windows = Windows(tell)
    runner = web.AppRunner(_application(token, home, windows), access_log=None, shutdown_timeout=GRACE)
    await runner.setup()
    site = web.SockSite(runner, listening)
    try:
        await site.start()
        ready()
        await stopped.wait()
        await site.stop()
    finally:
        await windows.close()
        await runner.cleanup()


class Windows:
    """The windows that are open, each with its app."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._open: dict[web.WebSocketResponse, asyncio.Task[str]] = {}

    async def play(self, request: web.Request) -> web.WebSocketResponse:
        """Answer one window for as long as it is there."""
        try:
            columns, rows = (cells(request.query.get(name, "80")) for name in ("width", "height"))
        except ValueError:
            raise web.HTTPBadRequest from None
        window = web.WebSocketResponse(timeout=1.0, max_msg_size=_MOST_BYTES)
        await window.prepare(request)
        playing = self._open[window] = asyncio.create_task(play(window, columns, rows))
        try:
            if said := await asyncio.shield(playing):
                self._tell(said)
        finally:
            self._open.pop(window, None)
        return window

    async def close(self) -> None:
        """Close all windows, and wait until their apps are gone."""
        playing = list(self._open.values())
        for window in list(self._open):
            await window.close(code=WSCloseCode.GOING_AWAY)
        await asyncio.gather(*playing, return_exceptions=True)


def _application(token: str, home: Path, windows: Windows) -> web.Application:
    served = served_files()

    async def the_page(_: web.Request) -> web.Response:
        return web.Response(text=page(home), content_type="text/html")

    async def a_file(_: web.Request, path: Path) -> web.FileResponse:
        return web.FileResponse(path)

    application = web.Application(middlewares=[gate(token)])
    application.on_response_prepare.append(harden)
    application.router.add_get("/{token}/", the_page)
    application.router.add_get("/{token}/ws", windows.play)
    for name, path in served.items():
        application.router.add_get(f"/{{token}}/{name}", partial(a_file, path=path))
    return application
