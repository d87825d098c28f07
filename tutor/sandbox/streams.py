"""Demos: a lesson's ``demo.py`` in a process of its own, its output as it comes, cancelled at once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path

from tutor.compute.models.places import find_model
from tutor.paths import is_from_elsewhere
from tutor.sandbox.clean import clean_text
from tutor.sandbox.forkserver import clean_environment
from tutor.sandbox.scratch import scratch_room

MAX_LINE = 8192


class DemoFailed(Exception):
    """The demo ended with a status other than 0; its last words were streamed before."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the demo ended with status {status}")
        self.status = status


async def run_demo(demo_file: Path, arguments: Sequence[str]) -> AsyncGenerator[str]:
    """Runs a demo and yields what it prints, line by line and cleaned, as it comes.

    Closing the iterator, or cancelling the task that reads it, kills the demo and all it started. The demo of a course
    from elsewhere is confined like a submission: of its folder it sees nothing, of the machine only what one sees.

    Raises:
        DemoFailed: its exit status is not 0.
    """
    program = [str(demo_file), *arguments]
    with contextlib.ExitStack() as stack:
        if is_from_elsewhere(demo_file):
            room = stack.enter_context(scratch_room())
            stream = _run(["-m", "tutor.sandbox.demo_child", *program], _environment({"TMPDIR": room}))
        else:
            stream = _run(program, demo_environment())
        async with contextlib.aclosing(stream):
            async for text in stream:
                yield text


async def _run(arguments: Sequence[str], environment: Mapping[str, str]) -> AsyncGenerator[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-u",
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment,
        cwd="/",
        start_new_session=True,
        limit=MAX_LINE,
    )
    try:
        assert process.stdout is not None
        while True:
            try:
                line = await process.stdout.readuntil(b"\n")
            except asyncio.LimitOverrunError as overrun:
                line = await process.stdout.readexactly(overrun.consumed)
            except asyncio.IncompleteReadError as rest:
                line = rest.partial
            if not line:
                break
            yield clean_text(line.decode("utf-8", "replace"), MAX_LINE)
        status = await process.wait()
        if status != 0:
            raise DemoFailed(status)
    finally:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def demo_environment() -> dict[str, str]:
    """A demo is the course's own code: it may know where the home is, and the real model if that was fetched."""
    return _environment(
        {name: os.environ[name] for name in ("HOME", "TUTOR_HOME", "HF_HOME") if name in os.environ}
    )


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    model = find_model()
    found = {"TUTOR_MODEL_FOLDER": str(model)} if model else {}
    return clean_environment({**more, **found, "PYTHONIOENCODING": "utf-8"})
