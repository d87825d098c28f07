"""What ``tutor validate`` prints about an exercise."""

from __future__ import annotations

from pathlib import Path

from tutor.cli.validating import validation_text
from tutor.errors import ContentProblem
from tutor.proving.report import Distance, ExerciseProof, MutantProof, QuizProof, ValidationReport


def proof(**changes: object) -> ExerciseProof:
    counts = {"stub_fails": True, "right_passed": 4, "right_of": 4, "lazy_rejected": 9, "lazy_of": 9}
    return ExerciseProof("doubling", **{**counts, **changes})  # type: ignore[arg-type]


def text(*proofs: ExerciseProof, **more: object) -> list[str]:
    report = ValidationReport(exercises=list(proofs), **more)  # type: ignore[arg-type]
    return validation_text(report.to_json()).splitlines()


def test_the_figures_of_a_proof_stand_under_one_another() -> None:
    nearest = Distance("numpy", "round-trip", "error", 0.9523)
    first, second, third, last = text(proof(nearest_pass=nearest, mutants=MutantProof(38, 2, 41)))
    assert first.startswith("✓ doubling")
    assert "4 of 4 right pass" in first
    assert second.strip() == "nearest to a limit: 0.952 of it (error, round-trip, numpy)"
    assert third.strip() == "38 of 39 mutants rejected, 97.4%; 2 more are equivalent"
    assert last == "All proved."


def test_an_exercise_with_too_many_survivors_is_not_proved() -> None:
    problem = ContentProblem("too many", where="f", code="mutants-survive")
    lines = text(proof(mutants=MutantProof(37, 1, 40)), problems=[problem])
    assert lines[0].startswith("✗ doubling")
    assert lines[-3:] == [
        "f:1:1: too many [mutants-survive]",
        "    fix: Reject more of them: the warnings list those that pass.",
        "Not proved.",
    ]


def test_a_problem_reads_like_a_linters_with_the_problems_own_fix_before_that_of_its_kind() -> None:
    here = Path.cwd() / "lessons" / "lesson.yaml"
    own = ContentProblem(
        "no", where=str(here), line=3, column=5, code="unknown-id", next_step="Did you mean 'a'?"
    )
    warning = ContentProblem("near", where="/elsewhere/f.py", code="near-limit")
    lines = text(problems=[own], warnings=[warning])
    assert lines[0] == "lessons/lesson.yaml:3:5: no [unknown-id]"
    assert lines[1] == "    fix: Did you mean 'a'?"
    assert lines[2] == "/elsewhere/f.py:1:1: near [near-limit, warning]"


def test_why_mutants_were_not_tried_is_said() -> None:
    lines = text(proof(mutants_left="a grading trains"))
    assert lines[1].strip() == "mutants are not tried: a grading trains"


def test_an_exercise_that_can_not_be_proved_here_says_why() -> None:
    lines = text(proof(), proof(skipped="needs the package 'triton'"))
    assert lines[1].startswith("○ doubling")
    assert lines[1].endswith("not proved here: needs the package 'triton'")
    assert lines[-1] == "All proved but 1."


def test_a_lesson_without_an_exercise_has_its_line_too() -> None:
    quiz, flawed, last = text(quizzes=[QuizProof("rounding", 4, True), QuizProof("packing", 1, False)])
    assert quiz.startswith("✓ rounding")
    assert quiz.endswith("quiz: 4 questions drawn and answered")
    assert flawed.startswith("✗ packing")
    assert flawed.endswith("1 question drawn, and what follows is wrong with them")
    assert last == "All proved."
