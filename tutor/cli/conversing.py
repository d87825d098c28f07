"""Questions that are answered line by line: how a line is read, and how one leaves."""

from __future__ import annotations

from tutor.cli import console
from tutor.errors import UsageProblem

LEAVE = ":q"


class Left(Exception):
    """The learner wants to stop here, or the input ended."""


def next_line(prompt: str = "> ") -> str:
    """The next line as it was typed. Raises Left, KeyboardInterrupt."""
    try:
        line = input(prompt)
    except EOFError:
        raise Left from None
    except KeyboardInterrupt:
        console.write()  # the terminal has echoed ^C behind the prompt
        raise
    if line.strip() == LEAVE:
        raise Left
    return line


def nobody_answers(command: str, next_step: str) -> UsageProblem:
    """What to raise where no terminal is the input and it ended before anything was answered."""
    return UsageProblem(
        "Nobody answers: the input is no terminal and ended.", where=command, next_step=next_step
    )
