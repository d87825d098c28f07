"""``tutor submit``: one grading, watched from the first check to the verdict."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tutor.cli import console
from tutor.cli.opening import open_content, open_store
from tutor.cli.options import (
    ContentOption,
    DeviceOption,
    ExerciseArgument,
    FileArgument,
    JsonOption,
    require_writable,
)
from tutor.errors import UsageProblem

if TYPE_CHECKING:
    from tutor.course import LoadedExercise
    from tutor.grading import GradingEvent, Verdict
    from tutor.progress import Store


def submit_command(
    exercise: ExerciseArgument,
    file: FileArgument = None,
    device: DeviceOption = "auto",
    json: JsonOption = False,
    json_lines: Annotated[
        bool, typer.Option("--json-lines", help="One JSON object a line: each event, the verdict last.")
    ] = False,
    junit: Annotated[
        Path | None,
        typer.Option(
            "--junit", metavar="FILE", help="Write the verdict as JUnit XML too.", show_default=False
        ),
    ] = None,
    signed: Annotated[
        Path | None,
        typer.Option(
            "--signed",
            metavar="FILE",
            help="Write the verdict signed by your key, to hand in.",
            show_default=False,
        ),
    ] = None,
    content: ContentOption = None,
) -> int:
    """Grade your file by the hidden checks. Exit code: 0 passed, 1 not, 4 out of time or memory."""
    for written, option in ((junit, "--junit"), (signed, "--signed")):
        require_writable(written, option)
    on_event = _line if json_lines else None if json else announce
    verdict = asyncio.run(grade_once(content, exercise, file, device, on_event))
    document = verdict.to_json()
    if junit is not None:
        from tutor.grading.junit import write_junit

        write_junit(document, junit)
    if signed is not None and verdict.verdict != "cancelled":
        signer = _sign(document, exercise, content, signed)
        console.write_error(console.clean(f"Signed by your key {signer} in {signed}"))
    if json or json_lines:
        console.write_json(document, one_line=json_lines)
    else:
        from tutor.cli.verdict_text import verdict_text

        console.write(verdict_text(document))
    return verdict.exit_code


def _sign(document: dict[str, Any], exercise: str, content: Path | None, file: Path) -> str:
    """Writes the verdict signed by the learner's own key, whose fingerprint it returns. Raises EnvironmentProblem."""
    from tutor.classroom.signing import own_fingerprint, signed
    from tutor.paths import tutor_home
    from tutor.progress.keeping import write_output

    course = open_content(content)
    loaded = course.exercise(exercise)
    about = {
        "course": course.id,
        "version": course.version,
        "exercise_version": loaded.version,
        "grader_hash": loaded.grader_hash,
    }
    write_output(file, signed(document, about, tutor_home()))
    return own_fingerprint(tutor_home())


async def grade_once(
    content: Path | None,
    exercise: str,
    file: Path | None,
    device: str,
    on_event: Callable[[GradingEvent], None] | None,
) -> Verdict:
    """One grading in processes of its own, recorded as an attempt unless Ctrl+C cancels it."""
    from tutor.grading import Grader
    from tutor.paths import content_root

    async with Grader(content_root(content)) as grader:
        grader.start()  # its processes import torch while the course and the store are read here
        from tutor.grading import submit

        course = open_content(content)
        loaded = course.exercise(exercise)
        store = open_store(course)
        path = file if file is not None else solution_of(store, loaded)
        try:
            return await submit(grader, store, loaded, path, device=device, on_event=on_event)
        except asyncio.CancelledError:  # Ctrl+C: a verdict too, but no attempt
            return _cancelled(loaded, path)


def _cancelled(exercise: LoadedExercise, path: Path) -> Verdict:
    from tutor.grading import Verdict, read_submission

    return Verdict(
        exercise.id,
        "cancelled",
        "cpu",
        str(path),
        read_submission(path).sha256,
        0.0,
        message="Cancelled before the verdict; this is no attempt.",
        next_step=f"'tutor submit {exercise.id}' grades it.",
    )


def solution_of(store: Store, exercise: LoadedExercise) -> Path:
    """The file that ``tutor start`` wrote for this exercise.

    Raises:
        UsageProblem: it was not started.
    """
    from tutor.progress import workspace

    path = workspace.solution_path(store, exercise)
    if not path.exists():
        raise UsageProblem(
            f"There is no file of yours for '{exercise.id}' yet.",
            where=str(path),
            next_step=f"'tutor start {exercise.id}' writes the stub to begin with.",
        )
    return path


def announce(event: GradingEvent) -> None:
    """Where the grading is, until the verdict takes its place."""
    place = f" {event.number} of {event.of}" if event.of else ""
    what = f": {event.note}" if event.note else ""
    console.status("" if event.kind == "verdict" else f"Grading{what}{place} …")


def _line(event: GradingEvent) -> None:
    if event.kind != "verdict":
        console.write_json(event.to_json(), one_line=True)
