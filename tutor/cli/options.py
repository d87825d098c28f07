"""The options and arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tutor.cli.completion import complete_exercise, complete_lesson
from tutor.cli.copying import name_course
from tutor.errors import UsageProblem


def _set_device(context: typer.Context, option: typer.CallbackParam, named: str) -> str:
    """The device that was named; where none was, the one that the learner's settings name."""
    source = context.get_parameter_source(option.name or "")
    if source is not None and source.name == "COMMANDLINE":
        return named
    from tutor.paths import tutor_home
    from tutor.settings import settings

    return settings(tutor_home()).device


def require_writable(file: Path | None, option: str) -> None:
    """Complain about an impossible file of an option before the grading, not after. Raises UsageProblem."""
    if file is not None and (file.is_dir() or not file.absolute().parent.is_dir()):
        raise UsageProblem(
            "This file can't be written.",
            where=f"{option} {file}",
            next_step="Name a file in a folder that exists.",
        )


ContentOption = Annotated[
    Path | None,
    typer.Option(
        "--content",
        metavar="DIR",
        help="Take the course in this folder.",
        callback=name_course,
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
SeedOption = Annotated[
    int | None,
    typer.Option("--seed", metavar="N", min=0, help="Draw the same numbers again.", show_default=False),
]
SvgOption = Annotated[
    Path | None,
    typer.Option("--svg", metavar="FILE", help="Draw it as a picture too.", show_default=False),
]
PngOption = Annotated[
    Path | None,
    typer.Option(
        "--png", metavar="FILE", help="The same picture as PNG (needs resvg_py).", show_default=False
    ),
]
DeviceOption = Annotated[
    str,
    typer.Option(
        "--device",
        metavar="auto|cpu|cuda[:N]",
        help="Where to run; auto: the GPU with most free memory. On a Mac mps, best effort.",
        callback=_set_device,
    ),
]
ExerciseArgument = Annotated[
    str,
    typer.Argument(
        metavar="EXERCISE", help="Its id, as 'tutor list' shows it.", autocompletion=complete_exercise
    ),
]
OptionalExerciseArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="EXERCISE", help="Its id, as 'tutor list' shows it.", autocompletion=complete_exercise
    ),
]
LessonArgument = Annotated[
    str,
    typer.Argument(
        metavar="LESSON", help="Its id, as 'tutor list' shows it.", autocompletion=complete_lesson
    ),
]
OptionalLessonArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="LESSON", help="Its id, as 'tutor list' shows it.", autocompletion=complete_lesson
    ),
]
FileArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE", help="Your file; else the one that 'tutor start' wrote.", show_default=False
    ),
]
