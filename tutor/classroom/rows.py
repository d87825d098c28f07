"""One row of the gradebook for each submission, and what a verdict says in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tutor.classroom.jobs import Key, Outcome
from tutor.sandbox.clean import clean_text

COLUMNS = (
    "student",
    "exercise",
    "file",
    "verdict",
    "points",
    "of",
    "misconceptions",
    "seconds",
    "sha256",
    "message",
)
FAULT = "fault"
"""In place of a verdict: the grader or the machine failed, and nothing is known of the submission."""
_LONGEST_MESSAGE = 1000


@dataclass(frozen=True)
class Row:
    """One submission's row. ``points`` of ``of``: required checks that passed.

    ``key`` is what it was graded as, ``None`` where there was nothing to grade. ``copies``: how many submissions
    of the class are the same file, this one included; ``bytes``: the file's length. ``message`` may be shown to the
    student; that others handed in the same file stands in the gradebook alone.
    """

    student: str
    exercise: str
    file: str
    verdict: str
    points: int = 0
    of: int = 0
    misconceptions: tuple[str, ...] = ()
    seconds: float = 0.0
    sha256: str = ""
    message: str = ""
    number: str = ""
    key: Key | None = None
    copies: int = 1
    bytes: int = 0
    peak_bytes: int | None = None
    exit_code: int = 0

    @property
    def has_verdict(self) -> bool:
        """Whether it was graded; else the grader or the machine failed."""
        return self.verdict != FAULT

    def cells(self) -> dict[str, Any]:
        """The columns of the gradebook."""
        cells = {name: getattr(self, name) for name in COLUMNS}
        shared = f"One of {self.copies} identical files, graded once." if self.copies > 1 else ""
        return {
            **cells,
            "misconceptions": ";".join(self.misconceptions),
            "seconds": round(self.seconds, 3),
            "message": " ".join(filter(None, (self.message, shared))),
        }


def figures(outcome: Outcome) -> dict[str, Any]:
    """The part of a row that comes from how a grading ended."""
    verdict = outcome.verdict
    if verdict is None:
        return {"verdict": FAULT, "message": _line(outcome.message), "exit_code": outcome.exit_code}
    required = [check for check in verdict["checks"] if check["required"]]
    thoughts = (check.get("misconception") for check in verdict["checks"])
    usage = verdict.get("usage") or {}
    return {
        "verdict": verdict["verdict"],
        "points": sum(check["outcome"] == "passed" for check in required),
        "of": len(required),
        "misconceptions": tuple(dict.fromkeys(thought for thought in thoughts if thought)),
        "seconds": verdict.get("seconds") or 0.0,
        "message": _line(_said(verdict)),
        "peak_bytes": usage.get("peak_host_bytes"),
    }


def _said(verdict: Mapping[str, Any]) -> str:
    """The verdict's own message; that of the first check that did not pass where it says the same at more length,
    with the line that is no Python, or where there is no other."""
    wrong = (check.get("message") for check in verdict["checks"] if check["outcome"] in ("failed", "error"))
    own, first = str(verdict.get("message") or ""), next((str(text) for text in wrong if text), "")
    return first if first.startswith(own) else own


def _line(text: str) -> str:
    return clean_text(text, _LONGEST_MESSAGE, single_line=True)
