"""The grader: one submission in, one verdict out. Owns the zygotes."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from tutor.compute.packages import require_packages
from tutor.course import LoadedExercise
from tutor.errors import GraderFault
from tutor.grading import assemble
from tutor.grading.language_models import FindModel, fetched_model
from tutor.grading.run import Heard, JudgeLost, Run
from tutor.grading.spare import Spare
from tutor.grading.submission import Submission
from tutor.grading.team import Expected, Team
from tutor.grading.verdict import GradingEvent, Verdict
from tutor.grading.zygotes import KeptStem, Zygotes, grader_failed
from tutor.paths import ContentRoot
from tutor.sandbox.wire import WireError

if TYPE_CHECKING:
    from tutor.course.models import Preload

WORKER_COPIES = 6
"""How many tensors of an input's size a solution holds at once, about: no more heap is made ready for it."""

EventHandler = Callable[[GradingEvent], None]


class Grader:
    """Grades submissions, one at a time or several at once.

    Its zygotes start with the first grading, or earlier by ``start``, and stay until ``close``, so that the next
    grading only forks.

    Args:
        root: the course's folders. Workers may read the exercises, and see nothing else of it.
        keep_warm: after each grading, prepare the processes of the next one (for who grades at every save).
        new_seed: where the seeds of gradings come from that are given none.
        find_model: the folder of the language model for exercises that are graded on one; the fetched one by default.
    """

    def __init__(
        self,
        root: ContentRoot,
        *,
        keep_warm: bool = False,
        new_seed: Callable[[], int] | None = None,
        find_model: FindModel | None = None,
    ) -> None:
        self._keep_warm = keep_warm
        self._find_model = find_model or fetched_model
        self._new_seed = new_seed or _secret_seed
        self._spare = Spare(partial(self._launch, spare=True), self._end)
        self._expected: dict[Path, Expected] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._root = root
        self.stem = KeptStem()
        self.zygotes = Zygotes(self.stem, root)
        self._preloaded: dict[Preload, Zygotes] = {}

    async def __aenter__(self) -> Grader:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def start(self) -> None:
        """Starts the process that both zygotes are forked from, and returns at once."""
        self.stem.started()

    async def warm_up(self, exercise: LoadedExercise, *, device: str = "auto") -> None:
        """Returns when a grading of ``exercise`` would find everything imported and a spare team waiting."""
        from tutor.compute.devices import resolve_device

        chosen = resolve_device(device)
        pair = await self._zygotes(exercise).ready(chosen)
        await pair.judges.prepare(exercise)
        if self._keep_warm:
            await self._spare.ready(exercise, chosen)

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
            EnvironmentProblem: the device is not there, or a package or the model that the exercise needs.
            GraderFault: the grader itself failed; never an attempt.
        """
        from tutor.compute.devices import resolve_device

        tell = on_event or _ignore
        began = time.monotonic()
        require_packages(exercise.info.packages, exercise.id)
        self._model_for(exercise)
        chosen = resolve_device(device)
        self.stem.started()
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
        """Runs the grading; once more where the machine gave it no core, or a process of it was killed."""

        def on_frame(heard: Heard, frame: dict[str, Any]) -> None:
            if "loaded" in frame:
                tell(GradingEvent("loaded", of=len(heard.collected)))
            elif "working" in frame:
                tell(GradingEvent("working", **frame["working"]))
            elif "check" in frame:
                check = assemble.check_result(exercise, frame["check"], str(submission.path), device)
                tell(GradingEvent("check", number=len(heard.checks), of=len(heard.collected), check=check))

        for attempt in (1, 2):
            pair = None
            try:
                pair = await self._zygotes(exercise).ready(device)
                team = await self._team(exercise, device)
                try:
                    heard = await Run(team, submission, seed=seed, on_frame=on_frame).hear()
                finally:
                    self._after(team.dismissed())
            except GraderFault as fault:
                whole = pair is not None and pair.alive
                if attempt == 2 or (whole and not isinstance(fault, JudgeLost)):
                    raise
                continue
            except OSError as problem:
                raise grader_failed(f"the system gives it no more ({problem})", exercise) from None
            if heard.starved or (heard.killed and attempt == 1):
                continue
            self._learn(team, heard)
            return heard
        raise GraderFault(
            "The machine was too busy to give your code a core within the time limit, twice.",
            where=exercise.info.id,
            next_step="This is no attempt of yours. Close what else is running and submit again.",
        )

    def _zygotes(self, exercise: LoadedExercise) -> Zygotes:
        """The two that an exercise is graded from: those of all exercises, or two that hold what it preloads."""
        preload = exercise.info.preload
        if not (preload.judge or preload.worker):
            return self.zygotes
        return self._preloaded.setdefault(preload, Zygotes(self.stem, self._root, preload))

    def _model_for(self, exercise: LoadedExercise) -> str:
        """Where the model lies that the exercise is graded on; empty where it needs none."""
        return str(self._find_model(exercise)) if exercise.info.model else ""

    # --- teams ---

    async def _team(self, exercise: LoadedExercise, device: str) -> Team:
        """The spare team if it is for this exercise as its files are now, else a new one."""
        spare = await self._spare.take(exercise, device)
        return spare or await self._launch(exercise, device)

    async def _launch(self, exercise: LoadedExercise, device: str, *, spare: bool = False) -> Team:
        pair = await self._zygotes(exercise).ready(device)  # one may be lost since a spare was waited for
        expected = self._expected.get(exercise.checks_file, Expected())
        try:
            return await Team.launch(
                pair.judges,
                pair.workers,
                exercise,
                device,
                expected,
                seed=self._new_seed(),
                model=self._model_for(exercise),
                spare=spare,
            )
        except WireError as problem:
            raise grader_failed(f"its processes could not be set up ({problem})", exercise) from None

    def _learn(self, team: Team, heard: Heard) -> None:
        """Remembers what the grading used, and has a spare team made for the next one."""
        if heard.done is not None:
            request_bytes, reply_bytes = heard.done["touched"]
            copies = WORKER_COPIES * max(request_bytes, reply_bytes)
            self._expected[team.exercise.checks_file] = Expected(
                request_bytes,
                reply_bytes,
                min(copies, heard.done["heap_bytes"]),
                team.fresh_used,
                heard.done["draws"],
            )
        if self._keep_warm:
            self._spare.prepare(team.exercise, team.device)

    def _end(self, team: Team) -> None:
        """Ends a team that waited in vain."""
        team.kill()
        self._after(team.dismissed())

    def _after(self, work: Coroutine[Any, Any, None]) -> None:
        """Lets work finish beside what comes next; ``close`` waits for it."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def close(self) -> None:
        """Ends all processes."""
        await self._spare.dismiss()
        await asyncio.gather(*self._background, return_exceptions=True)
        for zygotes in (self.zygotes, *self._preloaded.values()):
            zygotes.close()
        self.stem.close()


def _secret_seed() -> int:
    return secrets.randbits(128)


def _ignore(event: GradingEvent) -> None:
    return None
