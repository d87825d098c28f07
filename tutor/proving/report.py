"""What a validation found, as ``tutor.validation/1``."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from tutor.course.fixes import fix_of
from tutor.errors import ContentProblem

REQUIRED_SHARE = 0.95
"""The share of the mutants that are not equivalent which an exercise's hidden checks reject."""


@dataclass(frozen=True)
class Distance:
    """The smallest distance to a limit over all seeds: ``ratio`` is value over limit of the closest call."""

    solution: str
    check: str
    measurement: str
    ratio: float

    def to_json(self) -> dict[str, Any]:
        return {
            "solution": self.solution,
            "check": self.check,
            "measurement": self.measurement,
            "ratio": round(self.ratio, 4),
        }


@dataclass(frozen=True)
class MutantProof:
    """How many mutants of the reference there are, how many were rejected, and how many are right as well."""

    rejected: int
    equivalent: int
    of: int

    @property
    def share(self) -> float | None:
        """Of the mutants that are not equivalent, the share that was rejected; None where there are none."""
        wrong = self.of - self.equivalent
        return self.rejected / wrong if wrong else None

    @property
    def enough(self) -> bool:
        return self.share is None or self.share >= REQUIRED_SHARE

    def to_json(self) -> dict[str, Any]:
        return {
            "rejected": self.rejected,
            "equivalent": self.equivalent,
            "of": self.of,
            "share": None if self.share is None else round(self.share, 4),
            "enough": self.enough,
        }


@dataclass
class ExerciseProof:
    """One exercise's grader, put to the test.

    Seconds are CPU seconds of the submitted code, but those of ``proving_seconds`` passed on the clock. ``mutants`` is
    None where none were tried; ``mutants_left`` says why, where they might have been. ``skipped`` says why nothing at
    all was tried on this machine.
    """

    id: str
    stub_fails: bool = False
    right_passed: int = 0
    right_of: int = 0
    wrong_rejected: int = 0
    wrong_as_named: int = 0
    wrong_of: int = 0
    lazy_rejected: int = 0
    lazy_of: int = 0
    slowest_seconds: float = 0.0
    reference_seconds: float = 0.0
    proving_seconds: float = 0.0
    nearest_pass: Distance | None = None
    mutants: MutantProof | None = None
    mutants_left: str = ""
    skipped: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "stub_fails": self.stub_fails,
            "right": {"passed": self.right_passed, "of": self.right_of},
            "wrong": {"rejected": self.wrong_rejected, "as_named": self.wrong_as_named, "of": self.wrong_of},
            "lazy": {"rejected": self.lazy_rejected, "of": self.lazy_of},
            "mutants": self.mutants.to_json() if self.mutants else None,
            "mutants_left": self.mutants_left,
            "skipped": self.skipped,
            "nearest_pass": self.nearest_pass.to_json() if self.nearest_pass else None,
            "slowest_seconds": round(self.slowest_seconds, 3),
            "reference_seconds": round(self.reference_seconds, 3),
            "proving_seconds": round(self.proving_seconds, 1),
        }


@dataclass(frozen=True)
class QuizProof:
    """What drawing a lesson's quiz again and again came to: how many of its ``items``, and whether all held."""

    lesson: str
    items: int
    holds: bool


@dataclass
class ValidationReport:
    """Everything ``tutor validate`` has to say. ``warnings`` do not make it fail."""

    exercises: list[ExerciseProof] = field(default_factory=list)
    quizzes: list[QuizProof] = field(default_factory=list)
    problems: list[ContentProblem] = field(default_factory=list)
    warnings: list[ContentProblem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.problems

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "tutor.validation/1",
            "ok": self.ok,
            "exercises": [proof.to_json() for proof in self.exercises],
            "quizzes": [asdict(quiz) for quiz in self.quizzes],
            "problems": [_problem(problem) for problem in self.problems],
            "warnings": [_problem(problem) for problem in self.warnings],
        }


def _problem(problem: ContentProblem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "code": problem.code,
        "message": problem.message,
        "fix": fix_of(problem),
    }
