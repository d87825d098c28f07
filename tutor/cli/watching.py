"""``tutor watch``: a verdict at once, and one for each save."""

from __future__ import annotations

import asyncio
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
        from tutor.progress.saves import saves

        running: asyncio.Task[None] | None = None
        async with Grader(self.content.root, keep_warm=True) as grader:
            try:
                async for _ in saves(self.path, self.stop, poll=poll):
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


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
