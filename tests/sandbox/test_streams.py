"""Demos stream as they print, fail with their status, and die when nobody listens."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest

from tutor.sandbox import DemoFailed, run_demo


def script(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "demo.py"
    path.write_text(text)
    return path


async def test_lines_arrive_as_they_are_printed_and_cleaned(tmp_path):
    text = "import sys, time\nprint('a\\x1b[31m', sys.argv[1:])\ntime.sleep(0.5)\nprint('b', end='')\n"
    demo = script(tmp_path, text)
    began, seen = time.monotonic(), []

    async for text in run_demo(demo, ["--seed", "3"]):
        seen.append((text, time.monotonic() - began))

    assert [text for text, _ in seen] == ["a ['--seed', '3']\n", "b"]
    assert seen[1][1] - seen[0][1] > 0.3


async def test_a_demo_that_fails_says_so_after_its_last_words(tmp_path):
    demo, words = script(tmp_path, "print('so far')\nraise SystemExit(3)\n"), []

    async def listen() -> None:
        async for text in run_demo(demo, []):
            words.append(text)

    with pytest.raises(DemoFailed) as failed:
        await listen()

    assert words == ["so far\n"]
    assert failed.value.status == 3


async def test_closing_the_stream_kills_the_demo_and_its_children(tmp_path):
    demo = script(
        tmp_path,
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print('started', flush=True)\ntime.sleep(60)\n",
    )
    before = set(psutil.Process().children(recursive=True))
    stream = run_demo(demo, [])
    assert await anext(stream) == "started\n"
    children = list(set(psutil.Process().children(recursive=True)) - before)
    assert len(children) >= 2

    await stream.aclose()

    _, alive = psutil.wait_procs(children, timeout=3)
    assert not [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]
