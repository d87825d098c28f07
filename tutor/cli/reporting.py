"""``tutor report``: what a bug report needs, to be pasted."""

from __future__ import annotations

from typing import Annotated

import typer

from tutor.cli import console
from tutor.cli.opening import open_content, open_store
from tutor.cli.options import ContentOption, OptionalExerciseArgument


def report_command(
    exercise: OptionalExerciseArgument = None,
    code: Annotated[bool, typer.Option("--code", help="With your code and what it printed.")] = False,
    content: ContentOption = None,
) -> int:
    """Versions, the last verdict and the doctor's findings, in Markdown. No code unless asked."""
    from tutor.cli.examining import examined
    from tutor.progress.report import bug_report

    course = open_content(content)
    store = open_store(course)
    loaded = course.exercise(exercise) if exercise is not None else None
    console.write(console.clean(bug_report(store, loaded, doctor=examined(), with_code=code)).rstrip())
    return 0
