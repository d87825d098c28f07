"""``tutor validate``: content is read, and every exercise proves its own grader."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tutor.compute.packages import require_packages
from tutor.course import Content, LoadedExercise, check_content, load_content
from tutor.course.translations import languages_of
from tutor.errors import ContentProblem, EnvironmentProblem, GraderFault
from tutor.grading import CheckResult, Grader, Verdict
from tutor.grading.language_models import stand_in
from tutor.paths import ContentRoot
from tutor.proving.equivalents import Equivalents
from tutor.proving.gradings import Gradings, any_failure, named_failure
from tutor.proving.lazy import lazy_answers
from tutor.proving.leaks import leaks
from tutor.proving.order import stub_problems
from tutor.proving.report import Distance, ExerciseProof, QuizProof, ValidationReport
from tutor.proving.survival import prove_mutants

Progress = Callable[[str], None]

SEEDS = (11, 2025, 987_654_321)
FULL_SEEDS = tuple(range(1, 21))
TRANSLATED_DRAWS = 100  # the numbers are those of the original: what is to be seen is that the texts hold
MUTANT_SEEDS = 4  # a mutant that passes with so many has survived
VARIANT = "--"  # behind a misconception's name: what is particular about this wrong solution
NEAR = 0.02
SHARE_OF_TIME = 1 / 3


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
    plan = _Plan((seed,) if seed is not None else FULL_SEEDS if full else SEEDS, full, mutants)
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
    plan: _Plan,
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
            proof = await _Prover(Gradings(grader, exercise, device), report).prove(plan, tell)
            proof.proving_seconds = time.monotonic() - began
            report.exercises.append(proof)


@dataclass(frozen=True)
class _Plan:
    """What to try: the seeds, whether right and wrong solutions get them all, and which mutants."""

    seeds: Sequence[int]
    full: bool
    quick_mutants: bool

    @property
    def mutant_seeds(self) -> tuple[int, ...]:
        first = self.seeds[0]
        return tuple(range(first, first + MUTANT_SEEDS))


@dataclass(frozen=True)
class _Job:
    """One file to grade, and what must come of it: ``stub``, ``right``, ``wrong`` or ``lazy``."""

    kind: str
    name: str
    source: bytes
    path: Path
    seed: int


class _Prover:
    """Grades everything about one exercise."""

    def __init__(self, gradings: Gradings, report: ValidationReport) -> None:
        self._gradings, self._exercise = gradings, gradings.exercise
        self._report = report
        self._proof = ExerciseProof(self._exercise.id)
        self._full = False

    async def prove(self, plan: _Plan, tell: Progress) -> ExerciseProof:
        self._report.problems += stub_problems(self._exercise)
        equivalents = Equivalents(self._exercise)
        self._report.problems += equivalents.problems
        self._full = plan.full
        jobs = self._jobs(plan.seeds, plan.full)
        first = await self._grade(jobs[0])
        if isinstance(first, GraderFault):  # of checks that do not even run nothing can be proved: told once
            where = str(self._exercise.checks_file)
            self._report.problems.append(ContentProblem(first.message, where=where, code="grader-fault"))
            return self._proof
        rest = await asyncio.gather(*(self._grade(job) for job in jobs[1:]))
        self._count(jobs, [first, *rest])
        if self._may_try_mutants(plan):
            tell(f"{self._exercise.id}: trying mutants of its reference")
            self._proof.mutants = await prove_mutants(
                self._gradings,
                equivalents,
                plan.mutant_seeds,
                self._report,
                equivalent_seeds=MUTANT_SEEDS if plan.full else 1,
            )
        return self._proof

    def _may_try_mutants(self, plan: _Plan) -> bool:
        proof = self._proof
        if not (plan.full or plan.quick_mutants):
            return False
        if proof.right_passed < proof.right_of:
            proof.mutants_left = "a right solution does not pass"
        elif self._exercise.info.slow_to_prove and not plan.full:
            proof.mutants_left = "a grading trains, loads a model or compiles; --full tries them"
        return not proof.mutants_left

    def _jobs(self, seeds: Sequence[int], full: bool) -> list[_Job]:
        """The stub and lazy answers once; right and wrong solutions once, each with its own seed in turn, or with
        every seed when ``full``."""
        exercise = self._exercise
        jobs = [_Job("stub", "stub.py", exercise.stub.read_bytes(), exercise.stub, seeds[0])]
        solutions = [("right", path) for path in (exercise.reference, *exercise.right)]
        solutions += [("wrong", path) for path in exercise.wrong]
        for number, (kind, path) in enumerate(solutions):
            for seed in seeds if full else (seeds[number % len(seeds)],):
                jobs.append(_Job(kind, path.stem, path.read_bytes(), path, seed))
        for number, answer in enumerate(lazy_answers(exercise)):
            seed = seeds[number % len(seeds)]
            jobs.append(_Job("lazy", answer.name, answer.source, Path(f"{exercise.id}-lazy.py"), seed))
        return jobs

    async def _grade(self, job: _Job) -> Verdict | GraderFault:
        enough = None if self._full else self._enough(job)
        return await self._gradings.verdict(job.source, job.path, job.seed, enough=enough)

    def _enough(self, job: _Job) -> Callable[[CheckResult], bool] | None:
        """Which failure ends a grading that need not be full: any of a lazy answer's; the first with a name of a wrong
        solution that is a variant, or takes long."""
        if job.kind == "lazy":
            return any_failure
        cut = job.kind == "wrong" and (VARIANT in job.name or self._exercise.info.slow_to_prove)
        return named_failure if cut else None

    def _count(self, jobs: list[_Job], outcomes: Sequence[Verdict | GraderFault]) -> None:
        per_solution: dict[tuple[str, str], list[tuple[_Job, Verdict]]] = {}
        for job, outcome in zip(jobs, outcomes, strict=True):
            if isinstance(outcome, GraderFault):
                self._problem(job, "grader-fault", outcome.message)
                continue
            per_solution.setdefault((job.kind, job.name), []).append((job, outcome))
            for part in leaks(outcome):
                self._problem(job, "leak", f"a message shows hidden values with seed {job.seed}: … {part} …")
        proof = self._proof
        for (kind, name), gradings in per_solution.items():
            verdicts = [verdict for _, verdict in gradings]
            job = gradings[0][0]
            if kind == "stub":
                proof.stub_fails = self._is_unwritten(job, verdicts[0])
            elif kind == "right":
                proof.right_of += 1
                proof.right_passed += self._all_pass(gradings)
            elif kind == "wrong":
                proof.wrong_of += 1
                proof.wrong_rejected += all(not verdict.passed for verdict in verdicts)
                proof.wrong_as_named += self._all_as_named(gradings, name.partition(VARIANT)[0])
            else:
                proof.lazy_of += 1
                proof.lazy_rejected += not verdicts[0].passed
                if verdicts[0].passed:
                    self._problem(job, "lazy-passes", f"a lazy answer passes: {name}")

    def _is_unwritten(self, job: _Job, verdict: Verdict) -> bool:
        fails = verdict.verdict == "error" and "not written yet" in verdict.message
        if not fails:
            self._problem(
                job, "stub-verdict", f"the stub must be 'error', not written yet; it is {verdict.verdict}"
            )
        return fails

    def _all_pass(self, gradings: list[tuple[_Job, Verdict]]) -> bool:
        for job, verdict in gradings:
            if not verdict.passed:
                first = next(
                    (check for check in verdict.checks if check.outcome in ("failed", "error")), None
                )
                why = f"{first.title} {first.message}" if first else verdict.message
                self._problem(
                    job, "right-fails", f"a right solution is {verdict.verdict} with seed {job.seed}: {why}"
                )
                return False
            self._note_time(job, verdict)
            self._note_distance(job, verdict)
        return True

    def _all_as_named(self, gradings: list[tuple[_Job, Verdict]], name: str) -> bool:
        for job, verdict in gradings:
            if verdict.passed:
                self._problem(job, "wrong-passes", f"a wrong solution passes with seed {job.seed}")
                return False
            named = {check.misconception for check in verdict.checks if check.misconception}
            if named != {name}:
                told = ", ".join(sorted(named)) or f"none ({verdict.verdict}: {verdict.message})"
                self._problem(
                    job,
                    "wrong-not-named",
                    f"expected the misconception {name}, told was {told} with seed {job.seed}",
                )
                return False
        return True

    def _note_time(self, job: _Job, verdict: Verdict) -> None:
        used, limit = verdict.usage.cpu_seconds or 0.0, self._exercise.info.limits.cpu_seconds
        self._proof.slowest_seconds = max(self._proof.slowest_seconds, used)
        if job.path == self._exercise.reference:
            self._proof.reference_seconds = max(self._proof.reference_seconds, used)
        if used > SHARE_OF_TIME * limit:
            self._problem(
                job, "slow", f"a right solution takes {used:.1f} of {limit:g} CPU seconds, over a third"
            )

    def _note_distance(self, job: _Job, verdict: Verdict) -> None:
        for check in filter(lambda check: check.required, verdict.checks):
            for measurement in check.measurements:
                ratio = measurement.ratio
                if ratio is None or measurement.unit.startswith("bytes"):
                    continue
                nearest = self._proof.nearest_pass
                if nearest is None or ratio > nearest.ratio:
                    self._proof.nearest_pass = Distance(job.name, check.id, measurement.name, ratio)
                if ratio > 1 - NEAR:
                    self._report.warnings.append(
                        ContentProblem(
                            f"{measurement.name} in {check.id} is within {NEAR:.0%} of its limit ({ratio:.3f})",
                            where=str(job.path),
                            code="near-limit",
                        )
                    )

    def _problem(self, job: _Job, code: str, message: str) -> None:
        where = str(job.path) if job.kind != "lazy" else str(self._exercise.checks_file)
        self._report.problems.append(ContentProblem(message, where=where, code=code))
