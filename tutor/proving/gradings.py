"""Gradings of files that prove an exercise, as many at once as keep the cores busy and, on a GPU, have room."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from tutor.compute.devices import resolve_device
from tutor.compute.gpu_memory import ROOM_FOR_CONTEXTS, GpuMemory
from tutor.course import LoadedExercise
from tutor.errors import GraderFault
from tutor.grading import Grader, GradingEvent, Verdict, from_bytes


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


class Gradings:
    """One exercise's grader on one device."""

    def __init__(self, grader: Grader, exercise: LoadedExercise, device: str) -> None:
        self._grader, self.exercise, self._device = grader, exercise, device
        self._slots = asyncio.Semaphore(at_once(exercise, device))

    async def verdict(self, source: bytes, path: Path, seed: int) -> Verdict | GraderFault:
        """The whole verdict on one file."""
        async with self._slots:
            try:
                submission = from_bytes(source, path)
                return await self._grader.grade(self.exercise, submission, device=self._device, seed=seed)
            except GraderFault as fault:
                return fault

    async def rejects(self, source: bytes, path: Path, seed: int) -> bool:
        """Whether a file does not pass. The grading ends with the first required check that fails.

        A check that raised, or lost its process, is no such end: the grader may try again.

        Raises:
            GraderFault: the grader itself failed.
        """
        failed = False

        def on_event(event: GradingEvent) -> None:
            nonlocal failed
            if event.check is not None and event.check.required and event.check.outcome == "failed":
                failed = True
                grading.cancel()

        async with self._slots:
            submission = from_bytes(source, path)
            grading = asyncio.create_task(
                self._grader.grade(
                    self.exercise, submission, device=self._device, seed=seed, on_event=on_event
                )
            )
            try:
                return not (await grading).passed
            except asyncio.CancelledError:
                me = asyncio.current_task()
                if failed and not (me and me.cancelling()):
                    return True
                raise
