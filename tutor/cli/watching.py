"""``tutor watch``: a verdict at once, and one for each save."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tutor.cli import console, problems
from tutor.cli.opening import open_content, open_store
from tutor.cli.options import ContentOption, DeviceOption, ExerciseArgument, FileArgument, JsonOption
from tutor.cli.submitting import announce, solution_of
from tutor.errors import TutorProblem, UsageProblem

if TYPE_CHECKING:
    from tutor.course import Content, LoadedExercise
    from tutor.grading import Grader
    from tutor.progress import Store

SETTLED_SECONDS = 0.08  # a file that did not change for so long is saved
RECHECK_MS = 1000  # notices what the file system did not announce


def watch_command(
    exercise: ExerciseArgument,
    file: FileArgument = None,
    device: DeviceOption = "auto",
    json: JsonOption = False,
    poll: Annotated[
        bool, typer.Option("--poll", help="Look at the file again and again (network folders).")
    ] = False,
    content: ContentOption = None,
) -> int:
    """Grade at once and at each save, until Ctrl+C. With --json one verdict a line."""
    from tutor.compute.devices import resolve_device
    from tutor.grading import read_submission

    course = open_content(content)
    loaded = course.exercise(exercise)
    store = open_store(course)
    path = file if file is not None else solution_of(store, loaded)
    read_submission(path)  # a missing file, a folder, a missing device: said now, not waited for
    resolve_device(device)
    asyncio.run(_Watch(course, store, loaded, path, device, json).run(poll))
    return 0


class _Watch:
    """One file under watch: at most one grading runs, that of the latest save."""

    def __init__(
        self, content: Content, store: Store, exercise: LoadedExercise, path: Path, device: str, json: bool
    ) -> None:
        self.content, self.store, self.exercise = content, store, exercise
        self.path, self.device, self.json = path, device, json
        self.stop = asyncio.Event()
        self.problem: TutorProblem | None = None

    async def run(self, poll: bool) -> None:
        """Grade until cancelled. Raises the problem that makes any further grading pointless."""
        from tutor.grading import Grader

        running: asyncio.Task[None] | None = None
        async with Grader(self.content.root, keep_warm=True) as grader:
            try:
                async for _ in saves(self.path, self.stop, poll):
                    if running is not None:
                        await _cancelled(running)
                    running = asyncio.create_task(self._grade(grader))
            finally:
                if running is not None:
                    await _cancelled(running)
        if self.problem is not None:
            raise self.problem

    async def _grade(self, grader: Grader) -> None:
        from tutor.grading import submit

        try:
            verdict = await submit(
                grader,
                self.store,
                self.exercise,
                self.path,
                device=self.device,
                on_event=None if self.json else announce,
            )
        except UsageProblem as problem:  # the file is gone, say: it may come back
            problems.tell(problem, self.json)
            return
        except TutorProblem as problem:
            self.problem = problem
            self.stop.set()
            return
        document = verdict.to_json()
        if self.json:
            heard = console.write_json(document, one_line=True)
        else:
            from tutor.cli.verdict_text import verdict_text

            heard = console.write(verdict_text(document))
            heard = heard and console.write(
                console.styled(f"Watching {self.path} (Ctrl+C ends)", "dim") + "\n"
            )
        if not heard:
            self.stop.set()


async def saves(path: Path, stop: asyncio.Event, poll: bool) -> AsyncIterator[None]:
    """Yields once at the start and once for each finished save of ``path``, until ``stop``.

    Folders are watched, not the file: editors replace it by another. A save in several writes
    counts once, when the file has settled.
    """
    from watchfiles import awatch

    last = await _settled(path)
    yield
    folders = {path.absolute().parent, path.resolve().parent}
    changes = awatch(
        *folders,
        recursive=False,
        debounce=100,
        step=25,
        stop_event=stop,
        rust_timeout=RECHECK_MS,
        yield_on_timeout=True,
        force_polling=poll or None,
        poll_delay_ms=100,
    )
    async for _ in changes:
        now = _state(path)
        if now is None or now == last:
            continue
        last = await _settled(path)
        yield


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


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
