"""``tutor new``: the first files of a lesson or an exercise, which 'tutor validate' accepts as they are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from tutor.cli import console
from tutor.cli.copying import as_a_word
from tutor.cli.options import ContentOption
from tutor.errors import UsageProblem

_NAME_IT = "Name its folder with --content DIR; an empty or a new one begins a course."


def new_command(
    kind: Annotated[Literal["lesson", "exercise"], typer.Argument(help="What to begin.")],
    id: Annotated[
        str, typer.Argument(metavar="ID", help="Its id: lower-case words joined by dashes. It is for ever.")
    ],
    content: ContentOption = None,
    lesson: Annotated[
        str | None,
        typer.Option(
            "--lesson", metavar="LESSON", help="exercise: its lesson; else the last one.", show_default=False
        ),
    ] = None,
    module: Annotated[
        str | None,
        typer.Option(
            "--module",
            metavar="MODULE",
            help="lesson: its module; else that of the last lesson.",
            show_default=False,
        ),
    ] = None,
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="What learners call it.")] = "",
) -> int:
    """Begin a lesson or an exercise that works at once, to be rewritten piece by piece.

    In an empty folder it begins a course. Nothing is ever overwritten.
    """
    from tutor.course.scaffold import plan
    from tutor.progress.files import write_new

    root = _course_folder(content)
    scaffold = plan(root, kind, id, title=title, lesson=lesson, module=module)
    for name, data in scaffold.files.items():
        path = root / name
        if write_new(path, data) and not name.startswith("schemas/"):
            console.write(str(path))
    if scaffold.begins:
        console.write_error(f"A new course: {root}")
    folder = as_a_word(str(root))
    console.write_error(f"Proved as it stands:  tutor validate {folder} --only {id}")
    console.write_error(f"See it as you write:  tutor author {folder}")
    return 0


def _course_folder(named: Path | None) -> Path:
    """The folder to write into, which must be named: the installed course is not the place for it."""
    if named is None and (chosen := os.environ.get("TUTOR_CONTENT")):
        named = Path(chosen)
    if named is None:
        raise UsageProblem(
            "Which course?",
            where="tutor new",
            next_step=_NAME_IT,
        )
    folder = named.expanduser().absolute()
    if folder.exists() and not folder.is_dir():
        raise UsageProblem("This is a file, not a folder.", where=str(folder), next_step=_NAME_IT)
    return folder
