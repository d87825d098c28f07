"""The lab: a quantizer of the learner's over a whole language model, beside the known schemes.

It runs as a grading does, judge and confined workers, with the file ``graders/ID/lab.py`` in place of the hidden
checks: that one has figures and no limits. Nothing of it is an attempt.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tutor.compute.models import ModelFacts
from tutor.course import Content, LoadedExercise
from tutor.course.models import Limits
from tutor.errors import RefusedProblem, UsageProblem
from tutor.grading import Grader, Submission, Verdict
from tutor.grading.grader import EventHandler

OWN = "yours"
SEED = 7  # the same windows of the text each time, so that two runs can be compared
SIZED_FOR = 135_000_000  # parameters of the model that the exercise's limits are made for


@dataclass(frozen=True)
class Scheme:
    """One row of the comparison: bytes of all linear layers with the head, and perplexity on held-out text."""

    name: str
    bytes: int
    bits_per_weight: float
    perplexity: float | None  # None where it is not finite
    seconds: float

    @property
    def own(self) -> bool:
        return self.name == OWN


@dataclass(frozen=True)
class LayerLoss:
    """One layer of the learner's: what it took, and how much of its outputs it lost, in percent."""

    name: str
    bits: int
    bytes: int
    bits_per_weight: float
    error_percent: float | None


@dataclass(frozen=True)
class Comparison:
    """What the lab measured; layers are sorted by what they lost."""

    model: str
    device: str
    schemes: tuple[Scheme, ...]
    layers: tuple[LayerLoss, ...]

    def to_json(self) -> dict[str, Any]:
        """The ``tutor.lab/1`` document."""
        return {
            "schema": "tutor.lab/1",
            "model": self.model,
            "device": self.device,
            "schemes": [{**asdict(one), "own": one.own} for one in self.schemes],
            "layers": [asdict(one) for one in self.layers],
        }


def exercise_of(content: Content) -> LoadedExercise:
    """The exercise whose solutions the lab takes.

    Raises:
        UsageProblem: the course has none.
    """
    for exercise in content.exercises:
        if exercise.in_the_lab is not None:
            return exercise
    raise UsageProblem(
        "This course has no exercise whose solutions quantize a whole model.",
        where="tutor lab",
        next_step="'tutor list' shows what it has.",
    )


async def compare(
    grader: Grader,
    exercise: LoadedExercise,
    submission: Submission,
    facts: ModelFacts,
    model: str,
    *,
    device: str = "auto",
    on_event: EventHandler | None = None,
) -> Comparison:
    """Runs a solution over the model that ``grader`` finds, and the known schemes after it.

    Args:
        facts: of the model, for the limits: time and memory grow with it.
        model: what the model is called.

    Raises:
        RefusedProblem: the solution does not get through.
        EnvironmentProblem, GraderFault: as in a grading.
    """
    plotted = exercise.in_the_lab
    assert plotted is not None
    sized = plotted.with_limits(_limits(plotted.info.limits, facts))
    verdict = await grader.grade(sized, submission, device=device, seed=SEED, on_event=on_event)
    if not verdict.passed:
        raise _refused(verdict, exercise, submission.path)
    rows: dict[str, Any] = {table.columns[0]: table.rows for table in verdict.tables}
    return Comparison(
        model,
        verdict.device,
        tuple(Scheme(*row) for row in rows["scheme"]),
        tuple(LayerLoss(*row) for row in rows["layer"]),
    )


def _limits(usual: Limits, facts: ModelFacts) -> Limits:
    """Time grows with the parameters; the arena holds the largest layer in fp32, the worker several of them."""
    times = max(1.0, facts.parameters / SIZED_FOR)
    largest = -(-4 * facts.largest // 2**20)
    return usual.model_copy(
        update={
            "cpu_seconds": usual.cpu_seconds * times,
            "wall_seconds": 2 * usual.wall_seconds * times,  # five schemes more than a grading has
            "arena_mib": max(usual.arena_mib, largest + 16),
            "memory_mib": max(usual.memory_mib, 16 * largest),
        }
    )


def _refused(verdict: Verdict, exercise: LoadedExercise, path: Path) -> RefusedProblem:
    failed = next((check for check in verdict.checks if check.outcome in ("failed", "error")), None)
    why = failed.message.splitlines()[0] if failed and failed.message else verdict.message
    return RefusedProblem(
        f"It does not get through the model: {why}",
        where=str(path),
        next_step=f"'tutor submit {exercise.id} {path}' grades it; 'tutor start {exercise.id}' shows what it defines.",
    )
