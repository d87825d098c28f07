"""Watching a file."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from tutor.progress.saves import saves


async def _next(stream: object, seconds: float = 3.0) -> None:
    await asyncio.wait_for(anext(stream), seconds)  # type: ignore[call-overload]


async def _nothing(stream: object, seconds: float = 0.6) -> bool:
    task = asyncio.ensure_future(anext(stream))  # type: ignore[call-overload]
    done, _ = await asyncio.wait({task}, timeout=seconds)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return not done


async def test_it_begins_at_once_and_then_waits_for_a_save(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("1")
    stream = saves(file)
    await _next(stream)
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    file.write_text("22")
    await asyncio.wait_for(waiting, 3)
    await stream.aclose()


async def test_a_file_put_in_the_place_of_the_old_one_is_a_save(tmp_path: Path) -> None:
    file, new = tmp_path / "a.py", tmp_path / "b.tmp"
    file.write_text("1")
    stream = saves(file)
    await _next(stream)
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.3)
    new.write_text("2")
    os.replace(new, file)
    await asyncio.wait_for(waiting, 3)
    await stream.aclose()


async def test_a_save_in_several_writes_counts_once(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("1")
    stream = saves(file)
    await _next(stream)
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.3)
    for size in range(2, 6):
        file.write_text("x" * size)
        await asyncio.sleep(0.02)
    await asyncio.wait_for(waiting, 3)
    assert await _nothing(stream)
    await stream.aclose()


async def test_other_files_beside_it_are_no_saves(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("1")
    stream = saves(file)
    await _next(stream)
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.2)
    (tmp_path / "b.py").write_text("1")
    await asyncio.sleep(0.5)
    assert not waiting.done()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await stream.aclose()
