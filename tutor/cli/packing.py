"""``tutor autograder``: what an autograder service needs, as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tutor.cli import console
from tutor.cli.opening import open_content
from tutor.cli.options import ContentOption, require_writable


def autograder_command(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="The zip file to write.")],
    exercise: Annotated[
        str,
        typer.Option("--exercise", metavar="ID", help="What submissions are for, whatever they are called."),
    ] = "",
    content: ContentOption = None,
) -> int:
    """Write an autograder for Gradescope: upload the file as it is, under 'Configure Autograder'."""
    from tutor.classroom.autograder import autograder
    from tutor.progress.keeping import write_output

    require_writable(out, "FILE")
    course = open_content(content)
    chosen = course.exercise(exercise).id if exercise else ""
    write_output(out, autograder(course.root, chosen))
    what = f"grades {chosen}" if chosen else "grades files that are called after their exercises"
    console.write(f"Written to {console.clean(str(out))}: it {what}, a point for each required check.")
    console.write(
        "Next: upload it in Gradescope under 'Configure Autograder', with a base image of Ubuntu 24.04 or newer."
    )
    return 0
