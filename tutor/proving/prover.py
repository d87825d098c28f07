"""One exercise proves its own grader: every file that belongs to it is graded, and must come out as it should."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tutor.errors import ContentProblem, GraderFault
from tutor.grading import CheckResult, Verdict
from tutor.proving.equivalents import Equivalents
from tutor.proving.gradings import Gradings, any_failure, named_failure
from tutor.proving.lazy import lazy_answers
from tutor.proving.leaks import leaks
from tutor.proving.order import stub_problems
from tutor.proving.report import Distance, ExerciseProof, ValidationReport
from tutor.proving.survival import prove_mutants

Progress = Callable[[str], None]

MUTANT_SEEDS = 4  # a mutant that passes with so many has survived
VARIANT = "--"  # behind a misconception's name: what is particular about this wrong solution
NEAR = 0.02
SHARE_OF_TIME = 1 / 3


@dataclass(frozen=True)
class Plan:
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


class Prover:
    """Grades everything about one exercise."""

    def __init__(self, gradings: Gradings, report: ValidationReport) -> None:
        self._gradings, self._exercise = gradings, gradings.exercise
        self._report = report
        self._proof = ExerciseProof(self._exercise.id)
        self._full = False

    async def prove(self, plan: Plan, tell: Progress) -> ExerciseProof:
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

    def _may_try_mutants(self, plan: Plan) -> bool:
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
