"""``tutor author``: a course in the app while it is written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tutor.cli import console
from tutor.errors import UsageProblem


def author_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The course.")],
    poll: Annotated[
        bool, typer.Option("--poll", help="Look at the files again and again (network folders).")
    ] = False,
) -> int:
    """The app over your course: it reads it again at each save, and shows what is wrong in place.

    What you do in it as a learner is kept apart from your own progress.
    """
    from tutor.app import run_author
    from tutor.paths import content_root, tutor_home

    root = content_root(folder)
    if not console.is_interactive():
        raise UsageProblem(
            "The app needs a terminal.",
            where="tutor author",
            next_step=f"Without one: tutor validate {root.root}",
        )
    return run_author(root, tutor_home(), poll=poll)
