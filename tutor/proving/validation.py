"""``tutor validate``: content is read, and every exercise proves its own grader."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace

from tutor.compute.packages import require_packages
from tutor.course import Content, LoadedExercise, check_content, load_content
from tutor.course.translations import languages_of
from tutor.errors import EnvironmentProblem
from tutor.grading import Grader
from tutor.grading.language_models import stand_in
from tutor.paths import ContentRoot
from tutor.proving.gradings import Gradings
from tutor.proving.prover import Plan, Progress, Prover
from tutor.proving.report import ExerciseProof, QuizProof, ValidationReport

SEEDS = (11, 2025, 987_654_321)
FULL_SEEDS = tuple(range(1, 21))
TRANSLATED_DRAWS = 100  # the numbers are those of the original: what is to be seen is that the texts hold


def validate(
    root: ContentRoot,
    *,
    only: str | None = None,
    full: bool = False,
    mutants: bool = False,
    seed: int | None = None,
    device: str = "cpu",
    on_progress: Progress | None = None,
) -> ValidationReport:
    """Proves a course: its files, its quizzes, and for each exercise that the stub fails, the right solutions
    pass, the wrong ones fail as named, and lazy answers fail.

    Args:
        root: the content folders.
        only: one exercise or lesson.
        full: right and wrong solutions over 20 seeds instead of one each, and all mutants.
        mutants: mutants, too, of the exercises that are not slow to prove.
        seed: the seed to grade with, instead of the fixed ones.
        device: where solutions run.
        on_progress: told in a line what is being done.
    """
    tell = on_progress or (lambda line: None)
    report = ValidationReport()
    tell("reading all files")
    report.problems += check_content(root)
    if report.problems:
        return report
    content = load_content(root)
    for lesson in content.lessons:
        if lesson.items and only in (None, lesson.id):
            from tutor.quiz import prove_items

            tell(f"{lesson.id}: drawing each quiz item 1,000 times")
            found = prove_items(lesson)
            for language in languages_of(lesson.folder):
                tell(f"{lesson.id}: the same in {language}")
                found += prove_items(replace(lesson, language=language), TRANSLATED_DRAWS)
            report.problems += found
            report.quizzes.append(QuizProof(lesson.id, len(lesson.items), not found))
    plan = Plan((seed,) if seed is not None else FULL_SEEDS if full else SEEDS, full, mutants)
    asyncio.run(_prove_all(root, _chosen(content, only), plan, device, report, tell))
    return report


def _chosen(content: Content, only: str | None) -> Sequence[LoadedExercise]:
    if only is None:
        return content.exercises
    if any(lesson.id == only for lesson in content.lessons):
        return content.exercises_of(only)
    return (content.exercise(only),)


async def _prove_all(
    root: ContentRoot,
    exercises: Sequence[LoadedExercise],
    plan: Plan,
    device: str,
    report: ValidationReport,
    tell: Progress,
) -> None:
    async with Grader(root, find_model=stand_in) as grader:
        for exercise in exercises:
            tell(f"{exercise.id}: proving its grader")
            try:
                require_packages(exercise.info.packages, exercise.id)
            except EnvironmentProblem as problem:
                report.exercises.append(ExerciseProof(exercise.id, skipped=str(problem)))
                continue
            began = time.monotonic()
            proof = await Prover(Gradings(grader, exercise, device), report).prove(plan, tell)
            proof.proving_seconds = time.monotonic() - began
            report.exercises.append(proof)
