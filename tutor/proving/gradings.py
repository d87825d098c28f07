"""Gradings of files that prove an exercise, as many at once as keep the cores busy and, on a GPU, have room."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from tutor.compute.devices import resolve_device
from tutor.compute.gpu_memory import ROOM_FOR_CONTEXTS, GpuMemory
from tutor.course import LoadedExercise
from tutor.errors import GraderFault
from tutor.grading import CheckResult, Grader, GradingEvent, Verdict, from_bytes


def at_once(exercise: LoadedExercise, device: str) -> int:
    """How many gradings of an exercise may run beside each other on a device.

    On a CPU half as many again as there are cores, since a grading's processes often wait for each other. On a GPU
    each has room for its processes' contexts, and where kernels are compiled, whose time may be judged, there is one
    alone.

    Raises:
        UsageProblem, EnvironmentProblem: the device is not there.
    """
    cores = max(1, os.cpu_count() or 1)
    memory = GpuMemory.of(resolve_device(device))
    if memory is None:
        return cores * 3 // 2
    if exercise.info.limits.compiles:
        return 1
    return max(1, min(cores, (memory.free_bytes or 0) // ROOM_FOR_CONTEXTS))


def any_failure(check: CheckResult) -> bool:
    """Enough to know that a file does not pass."""
    return True


def named_failure(check: CheckResult) -> bool:
    """Enough to know what is told of a file that does not pass."""
    return check.misconception is not None


class Gradings:
    """One exercise's grader on one device."""

    def __init__(self, grader: Grader, exercise: LoadedExercise, device: str) -> None:
        self._grader, self.exercise, self._device = grader, exercise, device
        self._slots = asyncio.Semaphore(at_once(exercise, device))

    async def rejects(self, source: bytes, path: Path, seed: int) -> bool:
        """Whether a file does not pass. The grading ends with the first required check that fails.

        Raises:
            GraderFault: the grader itself failed.
        """
        outcome = await self.verdict(source, path, seed, enough=any_failure)
        if isinstance(outcome, GraderFault):
            raise outcome
        return not outcome.passed

    async def verdict(
        self,
        source: bytes,
        path: Path,
        seed: int,
        *,
        enough: Callable[[CheckResult], bool] | None = None,
    ) -> Verdict | GraderFault:
        """The verdict on one file. Where a required check fails that is ``enough``, the grading ends with it, and it is
        the only check of the verdict.

        A check that raised, or lost its process, ends nothing: the grader may try again.
        """
        failed: list[CheckResult] = []

        def on_event(event: GradingEvent) -> None:
            check = event.check
            if check is None or enough is None:
                return
            if check.required and check.outcome == "failed" and enough(check):
                failed.append(check)
                grading.cancel()

        async with self._slots:
            submission = from_bytes(source, path)
            grading = asyncio.create_task(
                self._grader.grade(
                    self.exercise, submission, device=self._device, seed=seed, on_event=on_event
                )
            )
            try:
                return await grading
            except GraderFault as fault:
                return fault
            except asyncio.CancelledError:
                me = asyncio.current_task()
                if not failed or (me and me.cancelling()):
                    raise
        return Verdict(
            exercise=self.exercise.id,
            verdict="failed",
            device=self._device,
            path=str(path),
            sha256=submission.sha256,
            seconds=0.0,
            checks=(failed[0],),
            message=failed[0].message,
            next_step="",
        )
