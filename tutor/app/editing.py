"""The learner's own editor, and other programs that want the whole terminal for a while."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tutor.errors import EnvironmentProblem

if TYPE_CHECKING:
    from textual.app import App

Result = TypeVar("Result")


def editor_command(environment: Mapping[str, str]) -> list[str] | None:
    """``$VISUAL``, else ``$EDITOR``, else nano where there is one; None where there is nothing."""
    for name in ("VISUAL", "EDITOR"):
        if command := environment.get(name, "").strip():
            return shlex.split(command)
    return ["nano"] if shutil.which("nano", path=environment.get("PATH")) else None


def with_terminal(app: App[object], path: Path, action: Callable[[], Result]) -> Result:
    """Step aside, let ``action`` have the terminal, and come back.

    Raises:
        EnvironmentProblem: the app can't step aside here (in a browser, say).
    """
    from textual.app import SuspendNotSupported

    try:
        with app.suspend():
            return action()
    except SuspendNotSupported:
        raise EnvironmentProblem(
            "Another program can't be started from here.",
            where=str(path),
            next_step="Open the file yourself; with w every save is graded.",
        ) from None


def edit(app: App[object], path: Path) -> None:
    """Open ``path`` in the learner's editor and wait for it to end.

    Raises:
        EnvironmentProblem: no editor is set, it does not start, or the app can't step aside.
    """
    command = editor_command(os.environ)
    if command is None:
        raise EnvironmentProblem(
            "No editor is set.",
            where=str(path),
            next_step="Set VISUAL or EDITOR, or open the file yourself; with w every save is graded.",
        )
    try:
        with_terminal(app, path, lambda: subprocess.run([*command, str(path)], check=False))
    except OSError as error:
        raise EnvironmentProblem(
            f"The editor {command[0]} does not start: {error.strerror or error}.",
            where=str(path),
            next_step="Set VISUAL or EDITOR to one that does, or open the file yourself and press w.",
        ) from None
