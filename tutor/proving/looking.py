"""A look at what a quantizer does: histograms, where the error sits, and one small case in figures.

The learner's file runs on public, frozen matrices by the same confined path as a grading, with the file
``graders/ID/look.py`` in place of the hidden checks. It is no attempt, and nothing is judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tutor.course import LoadedExercise
from tutor.errors import UsageProblem
from tutor.grading import Grader, Submission
from tutor.grading.verdict import Table, Verdict

SEED = 0  # the matrices are frozen, and nothing is drawn


@dataclass(frozen=True)
class Histogram:
    """Counts in equal bins from ``low`` to ``high``."""

    low: float
    high: float
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Weight:
    """One weight of the small case: what it was, what came back, and what comes back by the reference."""

    row: int
    column: int
    value: float
    came: float
    reference: float

    @property
    def is_off(self) -> bool:
        """Whether it came back farther away than by the reference: by more than a twentieth, and not by rounding."""
        own, best = abs(self.came - self.value), abs(self.reference - self.value)
        return not own <= 1.05 * best + 1e-6 * max(1.0, abs(self.value))


@dataclass(frozen=True)
class Look:
    """What a solution does to a matrix W with one row of large weights, and to a small one.

    ``heat`` holds the root mean squared error of neighbouring weights, from W's first row down. ``note`` says
    what is not to be seen here.
    """

    weights: Histogram
    came: Histogram
    error: Histogram
    heat: tuple[tuple[float, ...], ...]
    small: tuple[Weight, ...]
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class NoLook:
    """Why there is nothing to look at: the code raised, or returned what is no matrix."""

    why: str
    next_step: str = ""


async def look(
    grader: Grader, exercise: LoadedExercise, submission: Submission, *, device: str = "auto"
) -> Look | NoLook:
    """Run ``submission`` on the public matrices.

    Raises:
        UsageProblem: the exercise has nothing to look at. GraderFault: the grader itself failed.
        EnvironmentProblem: no such device.
    """
    shown = exercise.to_look_at
    if shown is None:
        raise UsageProblem(
            f"There is nothing to look at in {exercise.id}: it is no quantizer of a matrix.",
            where="tutor look",
            next_step=f"'tutor try {exercise.id}' runs your file on the public example.",
        )
    verdict = await grader.grade(shown, submission, device=device, seed=SEED)
    tables = {table.title: table for table in verdict.tables}
    if "small" not in tables:
        return NoLook(_why(verdict), verdict.next_step)
    return _look(tables)


def _why(verdict: Verdict) -> str:
    told = [verdict.message, *(check.message for check in verdict.checks)]
    once = [text for text in dict.fromkeys(told) if text]
    heads = {
        text.partition("\n")[0] for text in once if "\n" in text
    }  # the verdict's own line is a check's first
    return "\n".join(text for text in once if text not in heads) or "Your code did not come to an end."


def _look(tables: Mapping[str, Table]) -> Look:
    return Look(
        weights=_histogram(tables["weights"].rows),
        came=_histogram(tables["what came back"].rows),
        error=_histogram(tables["error"].rows),
        heat=tuple(tuple(float(cell or 0) for cell in row) for row in tables["heat"].rows),
        small=tuple(_weight(row) for row in tables["small"].rows),
        note=str(tables["note"].rows[0][0]) if "note" in tables else "",
    )


def _histogram(rows: Sequence[Sequence[Any]]) -> Histogram:
    """A value that is not finite crosses as None, and counts as zero here: the checks tell of it."""
    return Histogram(float(rows[0][0] or 0), float(rows[-1][1] or 0), tuple(int(row[2]) for row in rows))


def _weight(row: Sequence[Any]) -> Weight:
    place, figures = row[:2], (float("nan") if cell is None else float(cell) for cell in row[2:])
    return Weight(int(place[0]), int(place[1]), *figures)
