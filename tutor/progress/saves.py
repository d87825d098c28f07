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


async def saves(path: Path, stop: asyncio.Event | None = None, *, poll: bool = False) -> AsyncGenerator[None]:
    """Yields at once, and then for each save of ``path``, until ``stop`` is set or it is closed.

    Folders are watched, not the file: most editors put a new file in the old one's place. ``poll`` looks at
    the file again and again instead (network folders announce nothing).
    """
    from watchfiles import awatch

    last = await _settled(path)
    yield
    stopping = stop or asyncio.Event()
    try:
        async for _ in awatch(
            *{path.absolute().parent, path.resolve().parent},
            recursive=False,
            debounce=100,
            step=25,
            stop_event=stopping,
            rust_timeout=RECHECK_MS,
            yield_on_timeout=True,
            force_polling=poll or None,
            poll_delay_ms=100,
        ):
            now = _state(path)
            if now is not None and now != last:
                last = await _settled(path)
                yield
    finally:
        stopping.set()


def _state(path: Path) -> tuple[int, int, int] | None:
    """What changes with each save: inode, size in bytes, time of the last change in ns."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


async def _settled(path: Path) -> tuple[int, int, int] | None:
    """The file's state once it has not changed for a moment."""
    state = _state(path)
    while True:
        await asyncio.sleep(SETTLED_SECONDS)
        now = _state(path)
        if now == state:
            return now
        state = now
