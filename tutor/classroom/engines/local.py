"""This machine: one grader with warm processes, a grading on each core, or on each GPU as many as have room."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import TracebackType

from tutor.classroom.engines.base import Wanted
from tutor.classroom.jobs import Job, Outcome
from tutor.classroom.one import grade_one
from tutor.compute.capacity import free_memory_bytes
from tutor.compute.devices import resolve_device
from tutor.compute.gpus import find_gpus
from tutor.course import LoadedExercise
from tutor.grading import Grader
from tutor.paths import ContentRoot
from tutor.proving.gradings import at_once

BASE_BYTES = 700 << 20
"""Both zygotes and this process, with room to breathe."""
EACH_BYTES = 300 << 20
"""Some four times what one more grading adds by ``benchmarks/classroom.py``, since a submission may hold more."""


class LocalEngine:
    """See `Engine`. The two zygotes are shared by all gradings, so that one more costs only its own pages."""

    name = "local"

    def __init__(self, root: ContentRoot, exercises: Sequence[LoadedExercise], wanted: Wanted) -> None:
        self._exercises = {exercise.id: exercise for exercise in exercises}
        self._devices = _devices(wanted.device)
        self.device = self._devices[0].partition(":")[0]
        self.workers = wanted.workers or _room(exercises, self._devices)
        self._grader = Grader(root)
        self._free: asyncio.Queue[str] = asyncio.Queue()
        for number in range(self.workers):
            self._free.put_nowait(self._devices[number % len(self._devices)])

    async def __aenter__(self) -> LocalEngine:
        return self  # its processes start with the first grading: there may be none to do

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._grader.close()

    async def grade(self, job: Job) -> Outcome:
        """Grades on the next device that is free; the others wait in the order of their calls."""
        device = await self._free.get()
        try:
            return await grade_one(self._grader, self._exercises[job.key.exercise], job, device)
        finally:
            self._free.put_nowait(device)


def _devices(wanted: str) -> list[str]:
    """The devices to spread gradings over: every GPU where ``cuda`` or ``auto`` finds any, else the one named.

    Raises:
        UsageProblem, EnvironmentProblem: it is not there.
    """
    chosen = resolve_device(wanted)
    if wanted in ("auto", "cuda") and chosen.startswith("cuda"):
        return [device.id for device in find_gpus().devices]
    return [chosen]


def _room(exercises: Sequence[LoadedExercise], devices: Sequence[str]) -> int:
    """How many gradings have a core, device memory and host memory each."""
    beside = min((at_once(exercise, device) for exercise in exercises for device in devices), default=1)
    if devices[0] != "cpu":
        beside *= len(devices)
    return max(1, min(beside, (free_memory_bytes() - BASE_BYTES) // EACH_BYTES))
