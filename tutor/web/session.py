"""One browser window and the app process behind it: they begin and end together."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress

import psutil
from aiohttp import WSMsgType, web

from tutor.web.packets import about, from_window, link_in

GRACE = 5.0
"""Seconds that an app has for leaving by itself."""

_COMMAND = (sys.executable, "-P", "-m", "tutor.web.child")
_READY = b"__GANGLION__\n"
_KEPT = 4000  # bytes of what an app says on standard error


async def play(window: web.WebSocketResponse, columns: int, rows: int) -> str:
    """Run an app in a window until it ends or the window is closed. What an app that failed said last, else nothing."""
    process = await asyncio.create_subprocess_exec(
        *_COMMAND,
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        env=_environment(columns, rows),
        start_new_session=True,  # Ctrl+C in the server's terminal is for the server
    )
    shown = asyncio.create_task(_show(process, window))
    errors = asyncio.create_task(_last_words(process))
    typed = asyncio.create_task(_type(window, process))
    ended = asyncio.create_task(process.wait())
    try:
        await asyncio.wait((ended, typed), return_when=asyncio.FIRST_COMPLETED)
    finally:
        left_by_itself = ended.done()
        typed.cancel()
        await _end(process)
        await asyncio.wait((shown, errors), timeout=1)  # a grandchild may hold the pipes open
        shown.cancel()
        errors.cancel()
        await window.close()
    failed = left_by_itself and process.returncode != 0
    return errors.result() if failed and errors.done() and not errors.cancelled() else ""


def _environment(columns: int, rows: int) -> dict[str, str]:
    """Ours (home and course with it), and what Textual and its driver go by."""
    return {
        **os.environ,
        "TEXTUAL_DRIVER": "tutor.web.driver:PageDriver",
        "TEXTUAL_COLOR_SYSTEM": "truecolor",
        "TERM": "xterm-256color",
        "COLUMNS": str(columns),
        "ROWS": str(rows),
    }


async def _show(process: Process, window: web.WebSocketResponse) -> None:
    """From the app to the window. It goes on reading when the window is closed, so that no write blocks the app."""
    out = process.stdout
    assert out is not None
    with suppress(asyncio.IncompleteReadError):
        await out.readuntil(_READY)
        while True:
            kind = await out.readexactly(1)
            payload = await out.readexactly(int.from_bytes(await out.readexactly(4), "big"))
            with suppress(ConnectionError):
                if kind == b"D":
                    await window.send_bytes(payload)
                elif kind == b"M" and (link := link_in(payload)):
                    await window.send_json(["open_url", {"url": link, "new_tab": True}])


async def _type(window: web.WebSocketResponse, process: Process) -> None:
    """From the window to the app, until the window is closed or says what no page of ours would."""
    assert process.stdin is not None
    with suppress(ValueError, ConnectionError):
        async for message in window:
            if message.type is not WSMsgType.TEXT:
                return
            process.stdin.write(from_window(message.data))
            await process.stdin.drain()


async def _last_words(process: Process) -> str:
    assert process.stderr is not None
    words = b""
    while chunk := await process.stderr.read(4096):
        words = (words + chunk)[-_KEPT:]
    return words.decode(errors="replace")


async def _end(process: Process) -> None:
    """Let the app leave as by Ctrl+Q, so that it keeps what was typed; kill it and all below it if it does not."""
    assert process.stdin is not None
    with suppress(ConnectionError):
        process.stdin.write(about(type="quit"))
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), GRACE)
    except TimeoutError:
        _kill(process.pid)
        await process.wait()


def _kill(pid: int) -> None:
    with suppress(psutil.NoSuchProcess):
        app = psutil.Process(pid)
        below = app.children(recursive=True)
        app.kill()
        for process in below:
            with suppress(psutil.NoSuchProcess):
                process.kill()
