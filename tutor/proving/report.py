"""What a validation found, as ``tutor.validation/1``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tutor.errors import ContentProblem


@dataclass(frozen=True)
class Distance:
    """The smallest distance to a limit over all seeds: ``ratio`` is value over limit of the closest call."""

    solution: str
    check: str
    measurement: str
    ratio: float


@dataclass
class ExerciseProof:
    """One exercise's grader, put to the test."""

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
    nearest_pass: Distance | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "stub_fails": self.stub_fails,
            "right": {"passed": self.right_passed, "of": self.right_of},
            "wrong": {"rejected": self.wrong_rejected, "as_named": self.wrong_as_named, "of": self.wrong_of},
            "lazy": {"rejected": self.lazy_rejected, "of": self.lazy_of},
            "mutants": None,
            "slowest_seconds": round(self.slowest_seconds, 3),
        }


@dataclass
class ValidationReport:
    """Everything ``tutor validate`` has to say. ``warnings`` do not make it fail."""

    exercises: list[ExerciseProof] = field(default_factory=list)
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
    }
