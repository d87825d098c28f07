"""The problems a person can meet, each with a place and a next step.

Functions of the engine raise these; only the faces (command line, app) print them.
``exit_code`` is the process exit code of the command line for that kind of problem.
"""

from __future__ import annotations


class TutorProblem(Exception):
    """A problem told in one line: what happened, *where*, and *what next*."""

    exit_code = 5

    def __init__(self, message: str, *, where: str = "", next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.next_step = next_step

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        step = f" {self.next_step}" if self.next_step else ""
        return f"{place}{self.message}{step}"

    def to_json(self) -> dict[str, object]:
        """The ``tutor.problem/1`` document that ``--json`` prints."""
        return {
            "schema": "tutor.problem/1",
            "exit": self.exit_code,
            "message": self.message,
            "where": self.where,
            "next": self.next_step,
        }


class RefusedProblem(TutorProblem):
    """The request is understood and refused for now (a solution before the pass, say)."""

    exit_code = 1


class UsageProblem(TutorProblem):
    """The command was used wrongly: an unknown id, a missing file, an impossible option."""

    exit_code = 2


class ContentProblem(TutorProblem):
    """A course file is broken. ``where`` is ``file:line:column`` as far as known."""

    exit_code = 2

    def __init__(
        self,
        message: str,
        *,
        where: str = "",
        next_step: str = "",
        line: int | None = None,
        column: int | None = None,
        code: str = "content",
    ) -> None:
        position = "".join(f":{n}" for n in (line, column) if n is not None)
        super().__init__(message, where=f"{where}{position}", next_step=next_step)
        self.file, self.line, self.column, self.code = where, line, column, code


class EnvironmentProblem(TutorProblem):
    """The machine lacks something: a device, a package, space, a writable folder."""

    exit_code = 3


class GraderFault(TutorProblem):
    """The grader itself failed. Never the learner's failure, never an attempt."""

    exit_code = 5
