"""Judges that find their checks collected: forks of a process that holds those of one exercise."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tutor.course import LoadedExercise
from tutor.errors import GraderFault
from tutor.grading.files import GradedBy
from tutor.sandbox import wire
from tutor.sandbox.branch import Branch
from tutor.sandbox.child import Child

KEPT = 4
"""Exercises whose checks are held at once; each costs the pages that collecting them wrote to, some 12 MB."""


class Judges:
    """Forks judges, from the judges' ``zygote`` by way of a process that has collected an exercise's checks.

    Such a process is made with the first judge of an exercise, and anew where a file of its grader has changed. It is
    there to save time alone: where it can't be had, or is lost, the judge is forked from the zygote and collects for
    itself, and says what is wrong with the checks where something is.
    """

    def __init__(self, zygote: Branch) -> None:
        self.zygote = zygote
        self._held: dict[Path, _Held] = {}  # the one that was asked for last comes last
        self._leaving: list[Branch] = []
        self._growing = asyncio.Lock()

    async def fork(self, exercise: LoadedExercise, request: wire.Frame, descriptors: Sequence[int]) -> Child:
        """Orders a judge of ``exercise``.

        Raises:
            GraderFault: the zygote is gone, or stands still.
        """
        request = {**request, "checks": str(exercise.checks_file)}
        branch = await self._branch(exercise)
        if branch is not None:
            with contextlib.suppress(GraderFault, OSError):
                return await branch.fork(request, descriptors)
        return await self.zygote.fork(request, descriptors)

    async def prepare(self, exercise: LoadedExercise) -> None:
        """Returns when a judge of ``exercise`` would find its checks collected, or that could not be had."""
        await self._branch(exercise)

    def close(self) -> None:
        """Ends all that hold checks, and the zygote."""
        for branch in (*(held.branch for held in self._held.values()), *self._leaving, self.zygote):
            if branch is not None:
                branch.close()
        self._held.clear()
        self._leaving.clear()

    async def _branch(self, exercise: LoadedExercise) -> Branch | None:
        """The process that holds the checks as they are now, alive; ``None`` where there can't be one."""
        async with self._growing:
            try:
                files = GradedBy.now(exercise)
            except OSError:
                return None
            held = self._held.pop(files.checks, None)
            if held is None or not held.holds(files):
                self._let_go(held)
                held = _Held(files, await self._grow(exercise))
            self._held[files.checks] = held
            for oldest in list(self._held)[:-KEPT]:
                self._let_go(self._held.pop(oldest))
            return held.branch

    def _let_go(self, held: _Held | None) -> None:
        """Lets the gradings end that are under way; where it is lost or stands still they can't."""
        if held is not None and held.branch is not None:
            held.branch.retire() if held.branch.lives else held.branch.close()
            self._leaving = [branch for branch in (*self._leaving, held.branch) if branch.lives]

    async def _grow(self, exercise: LoadedExercise) -> Branch | None:
        try:
            branch = await Branch.grow(self.zygote, {"serve": True, "checks": str(exercise.checks_file)})
            with contextlib.ExitStack() as undone:
                undone.callback(branch.close)
                await branch.ready()
                undone.pop_all()
        except (GraderFault, OSError):
            return None
        return branch


@dataclass(frozen=True)
class _Held:
    """A process that holds checks; ``files`` says which. Where they could not be collected there is none."""

    files: GradedBy
    branch: Branch | None

    def holds(self, files: GradedBy) -> bool:
        """Whether it is for these files, and of use. That there is none stays so: trying again would cost each grading
        the time that it took."""
        return self.files == files and (self.branch is None or self.branch.alive)
