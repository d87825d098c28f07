"""``tutor start`` and ``tutor practice``: the stub, where the learner works on it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from tutor.cli import console
from tutor.cli.opening import open_content, open_store
from tutor.cli.options import ContentOption, ExerciseArgument, OptionalExerciseArgument
from tutor.errors import UsageProblem


def start_command(
    exercise: ExerciseArgument,
    dir: Annotated[
        Path | None, typer.Option("--dir", metavar="D", help="Write into this folder.", show_default=False)
    ] = None,
    reset: Annotated[
        bool, typer.Option("--reset", help="Begin again from the stub; a backup of your file is kept.")
    ] = False,
    content: ContentOption = None,
) -> int:
    """Write an exercise's stub, and print its absolute path. Never overwrites your work."""
    from tutor.progress import workspace

    course = open_content(content)
    loaded = course.exercise(exercise)
    path = workspace.start_exercise(open_store(course), loaded, folder=dir, reset=reset)
    console.write(str(path.absolute()))
    if sys.stdout.isatty():
        console.write_error(f"Then: tutor watch {loaded.id}")
    return 0


def practice_command(
    exercise: OptionalExerciseArgument = None,
    at_random: Annotated[bool, typer.Option("--random", help="One of those you have passed.")] = False,
    content: ContentOption = None,
) -> int:
    """Do an exercise again from the stub. Your first pass and its time are kept, your file is backed up."""
    from tutor.progress import practice

    course = open_content(content)
    store = open_store(course)
    if exercise is None and not at_random:
        raise UsageProblem("Which exercise?", where="tutor practice", next_step="Name one, or say --random.")
    if exercise is not None and at_random:
        raise UsageProblem("Name an exercise or say --random, not both.", where="tutor practice")
    loaded = course.exercise(exercise or practice.one_at_random(course, store))
    path = practice.practise(store, loaded)
    console.write(str(path.absolute()))
    return 0
