"""The learner's own editor, and other programs that want the whole terminal for a while."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tutor.errors import EnvironmentProblem

if TYPE_CHECKING:
    from textual.app import App

Result = TypeVar("Result")


def editor_command(setting: str) -> list[str] | None:
    """The words of the learner's editor (the setting, which VISUAL and EDITOR overrule); None: the built-in one.

    Raises:
        EnvironmentProblem: it can't be read as a command.
    """
    if setting in ("", "builtin"):
        return None
    try:
        return shlex.split(setting)
    except ValueError as error:
        raise EnvironmentProblem(
            f"The editor's command can't be read: {error}.", where=setting, next_step="Set 'editor' anew."
        ) from None


def with_terminal(app: App[object], action: Callable[[], Result], *, otherwise: str) -> Result:
    """Step aside, let ``action`` have the terminal, and come back.

    Raises:
        EnvironmentProblem: the app can't step aside here (in a browser, say). ``otherwise`` is what to do then.
    """
    from textual.app import SuspendNotSupported

    try:
        with app.suspend():
            return action()
    except SuspendNotSupported:
        raise EnvironmentProblem("Another program can't have the screen here.", next_step=otherwise) from None


def edit(app: App[object], path: Path, command: Sequence[str]) -> bool:
    """Open ``path`` in the learner's editor and wait for it to end. False: the app can't step aside for it here.

    Raises:
        EnvironmentProblem: the editor does not start.
    """
    from textual.app import SuspendNotSupported

    try:
        with app.suspend():
            subprocess.run([*command, str(path)], check=False)
    except SuspendNotSupported:
        return False
    except OSError as error:
        raise EnvironmentProblem(
            f"The editor {command[0]} does not start: {error.strerror or error}.",
            where=str(path),
            next_step="Set another one (comma, Editor), or 'builtin' for the one in the app.",
        ) from None
    return True
