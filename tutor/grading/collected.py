"""Judges that find their checks collected: forks of a process that holds those of one exercise."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tutor.course import LoadedExercise
from tutor.errors import GraderFault
from tutor.grading.files import GradedBy
from tutor.sandbox import wire
from tutor.sandbox.branch import Branch
from tutor.sandbox.child import Child
from tutor.sandbox.forks import Forks

KEPT = 4
"""Exercises whose checks are held at once; each costs the pages that collecting them wrote to, some 12 MB."""


class Judges:
    """Forks judges, from the judges' ``zygote`` by way of a process that has collected an exercise's checks.

    Such a process is made with the first judge of an exercise, and anew where a file of its grader has changed. It is
    there to save time alone: where it can't be had, or is lost, the judge is forked from the zygote and collects for
    itself, and says what is wrong with the checks where something is.
    """

    def __init__(self, zygote: Forks) -> None:
        self.zygote = zygote
        self._held: dict[Path, _Held] = {}  # the one that was asked for last comes last
        self._leaving: list[_Held] = []

    async def fork(self, exercise: LoadedExercise, request: wire.Frame, descriptors: Sequence[int]) -> Child:
        """Orders a judge of ``exercise``.

        Raises:
            GraderFault: the zygote is gone, or stands still.
        """
        request = {**request, "checks": str(exercise.checks_file)}
        try:
            branch = await self._branch(exercise)
            return await branch.fork(request, descriptors)
        except (GraderFault, OSError):
            return await self.zygote.fork(request, descriptors)

    async def prepare(self, exercise: LoadedExercise) -> None:
        """Returns when a judge of ``exercise`` would find its checks collected, or that could not be had."""
        try:
            await self._branch(exercise)
        except (GraderFault, OSError):
            return

    def close(self) -> None:
        """Ends all that hold checks; the zygote is its owner's."""
        for held in (*self._held.values(), *self._leaving):
            held.end()
        self._held.clear()
        self._leaving.clear()

    async def _branch(self, exercise: LoadedExercise) -> Branch:
        """The process that holds the checks as they are now; it lives when this returns."""
        while True:
            files = GradedBy.now(exercise)
            held = self._held.pop(files.checks, None)
            if held is not None and not held.holds(files):
                self._let_go(held)
                held = None
            if held is None:
                held = _Held(files, asyncio.create_task(self._grow(exercise)))
                held.growing.add_done_callback(_seen)
            self._held[files.checks] = held
            for oldest in list(self._held)[:-KEPT]:
                self._let_go(self._held.pop(oldest))
            branch = await asyncio.shield(held.growing)
            if branch.alive:  # it may have been let go of meanwhile
                return branch

    def _let_go(self, held: _Held) -> None:
        """Lets the gradings end that are under way; where it is lost or stands still they can't."""
        held.retire() if held.lives else held.end()
        self._leaving = [each for each in (*self._leaving, held) if each.lives]

    async def _grow(self, exercise: LoadedExercise) -> Branch:
        branch = await Branch.grow(self.zygote, {"serve": True, "checks": str(exercise.checks_file)})
        try:
            await branch.ready()
        except BaseException:
            branch.close()
            raise
        return branch


@dataclass(frozen=True)
class _Held:
    """A process that holds checks, or is about to; ``files`` says which."""

    files: GradedBy
    growing: asyncio.Task[Branch]

    def holds(self, files: GradedBy) -> bool:
        """Whether it is for these files, and of use. One that could not collect them stays: trying again would cost
        each grading the time that it took."""
        if self.files != files or self.growing.cancelled():
            return False
        return self.lives or self.growing.exception() is not None

    @property
    def lives(self) -> bool:
        """Whether there is such a process, or will be."""
        growing = self.growing
        if not growing.done():
            return True
        return not growing.cancelled() and growing.exception() is None and growing.result().lives

    def retire(self) -> None:
        """Ends it when the last judge that it forked has ended."""
        self._when_grown(_retire)

    def end(self) -> None:
        """Ends it, now or as soon as it is there."""
        self._when_grown(_end)

    def _when_grown(self, act: Callable[[asyncio.Task[Branch]], None]) -> None:
        if self.growing.done():
            act(self.growing)
        else:
            self.growing.add_done_callback(act)


def _retire(growing: asyncio.Task[Branch]) -> None:
    if not growing.cancelled() and growing.exception() is None:
        growing.result().retire()


def _end(growing: asyncio.Task[Branch]) -> None:
    if not growing.cancelled() and growing.exception() is None:
        growing.result().close()


def _seen(growing: asyncio.Task[Branch]) -> None:
    """Whoever waits is told of a failure; no warning where nobody does any more."""
    if not growing.cancelled():
        growing.exception()
