"""``tutor prompts``: a lesson's three prompts, to print, copy, open or pack."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, get_args

import typer

from tutor.cli import console
from tutor.cli.opening import open_content, open_store
from tutor.cli.options import ContentOption, LessonArgument

Level = Literal["beginner", "intermediate", "advanced"]


def prompts_command(
    lesson: LessonArgument,
    level: Annotated[Level | None, typer.Option("--level", help="Only this one.", show_default=False)] = None,
    copy: Annotated[bool, typer.Option("--copy", help="Put it on the clipboard too.")] = False,
    open_in: Annotated[
        str | None,
        typer.Option(
            "--open", metavar="NAME", help="Open this assistant with it filled in.", show_default=False
        ),
    ] = None,
    pack: Annotated[
        Path | None,
        typer.Option(
            "--pack", metavar="FILE", help="Write the whole lesson for an assistant.", show_default=False
        ),
    ] = None,
    content: ContentOption = None,
) -> int:
    """A lesson's three prompts for your AI assistant, to be used in order."""
    raise NotImplementedError(
        str((lesson, level, copy, open_in, pack, content, get_args(Level), console, open_store, open_content))
    )
