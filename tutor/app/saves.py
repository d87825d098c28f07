"""Watching one file: something happens once for each finished save."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from pathlib import Path

SETTLED_SECONDS = 0.08
"""A file that did not change for so long is saved; a save in several writes counts once."""

RECHECK_MS = 1000
"""How often the file is looked at where the file system announces nothing."""


async def saves(path: Path) -> AsyncGenerator[None]:
    """Yields at once, and then for each save of ``path``, until closed.

    The folder is watched, not the file: most editors put a new file in the old one's place.
    """
    from watchfiles import awatch

    last = await _settled(path)
    yield
    stop = asyncio.Event()
    try:
        async for _ in awatch(
            path.resolve().parent,
            recursive=False,
            debounce=100,
            step=25,
            stop_event=stop,
            rust_timeout=RECHECK_MS,
            yield_on_timeout=True,
        ):
            now = _state(path)
            if now is not None and now != last:
                last = await _settled(path)
                yield
    finally:
        stop.set()


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


async def _settled(path: Path) -> tuple[int, int, int] | None:
    state = _state(path)
    while True:
        await asyncio.sleep(SETTLED_SECONDS)
        now = _state(path)
        if now == state:
            return now
        state = now
