"""The grader: one submission in, one verdict out. Owns the two zygotes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from tutor.course import LoadedExercise
from tutor.errors import GraderFault
from tutor.grading import assemble
from tutor.grading.run import Heard, Run
from tutor.grading.submission import Submission
from tutor.grading.verdict import GradingEvent, Verdict
from tutor.paths import ContentRoot
from tutor.sandbox.forkserver import Zygote

EventHandler = Callable[[GradingEvent], None]


class Grader:
    """Grades submissions, one at a time or several at once.

    Its two zygotes start with the first grading, or earlier by ``start``, and stay until ``close``, so
    that the next grading only forks.

    Args:
        root: the course's folders. Workers may read the exercises, and see nothing else of it.
    """

    def __init__(self, root: ContentRoot) -> None:
        self._root = root
        self._judges: Zygote | None = None
        self._workers: Zygote | None = None

    async def __aenter__(self) -> Grader:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def start(self) -> None:
        """Starts both zygotes side by side and returns at once."""
        self._started()

    async def warm_up(self, exercise: LoadedExercise) -> None:
        """Returns when a grading of ``exercise`` would find everything imported."""
        judges, workers = self._started()
        await asyncio.gather(judges.ready(), workers.ready())

    async def grade(
        self,
        exercise: LoadedExercise,
        submission: Submission,
        *,
        device: str = "auto",
        seed: int | None = None,
        on_event: EventHandler | None = None,
    ) -> Verdict:
        """The verdict on one submission. Cancelling the task kills every process of the grading.

        Args:
            exercise: what is to be solved.
            submission: the bytes to grade.
            device: ``auto``, ``cpu``, or ``cuda[:N]``.
            seed: fixes the inputs (for proving a grader); secret and fresh where it is ``None``.
            on_event: told of each step as it happens.

        Raises:
            EnvironmentProblem: the device is not there.
            GraderFault: the grader itself failed; never an attempt.
        """
        from tutor.compute.devices import resolve_device

        tell = on_event or _ignore
        began = time.monotonic()
        self.start()
        chosen = resolve_device(device)
        tell(GradingEvent("started"))
        if submission.too_large:
            verdict = assemble.too_large(exercise, submission, chosen)
        else:
            heard = await self._hear(exercise, submission, chosen, seed, tell)
            verdict = assemble.verdict(exercise, submission, chosen, heard, time.monotonic() - began)
        tell(GradingEvent("verdict", verdict=verdict))
        return verdict

    async def _hear(
        self,
        exercise: LoadedExercise,
        submission: Submission,
        device: str,
        seed: int | None,
        tell: EventHandler,
    ) -> Heard:
        """Runs the grading; once more where the machine gave it no core, and where a zygote had died."""

        def on_frame(heard: Heard, frame: dict[str, Any]) -> None:
            if "loaded" in frame:
                tell(GradingEvent("loaded", of=len(heard.collected)))
            elif "check" in frame:
                check = assemble.check_result(exercise, frame["check"], str(submission.path))
                tell(GradingEvent("check", number=len(heard.checks), of=len(heard.collected), check=check))

        for attempt in (1, 2):
            judges, workers = self._started()
            run = Run(
                exercise,
                submission,
                judges=judges,
                workers=workers,
                device=device,
                seed=seed,
                on_frame=on_frame,
            )
            try:
                heard = await run.hear()
            except GraderFault:
                if attempt == 2 or (judges.alive and workers.alive):
                    raise
                continue
            if not heard.starved:
                return heard
        raise GraderFault(
            "The machine was too busy to give your code a core within the time limit, twice.",
            where=exercise.info.id,
            next_step="This is no attempt of yours. Close what else is running and submit again.",
        )

    def _started(self) -> tuple[Zygote, Zygote]:
        """Both zygotes, started anew where one has died."""
        if self._judges is None or not self._judges.alive:
            self._judges = _anew(self._judges, "tutor.grading.judge", {})
        if self._workers is None or not self._workers.alive:
            places: dict[str, object] = {"public": [str(self._root.exercises)], "hidden": [str(self._root.graders)]}
            self._workers = _anew(self._workers, "tutor.sandbox.worker", places)
        return self._judges, self._workers

    async def close(self) -> None:
        """Ends both zygotes and everything they forked."""
        for zygote in (self._judges, self._workers):
            if zygote is not None:
                zygote.close()
        self._judges = self._workers = None


def _anew(dead: Zygote | None, module: str, options: dict[str, object]) -> Zygote:
    if dead is not None:
        dead.close()
    return Zygote(module, options)


def _ignore(event: GradingEvent) -> None:
    return None
