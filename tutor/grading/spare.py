"""The team that waits for the next grading, made while the learner still writes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from tutor.course import LoadedExercise
from tutor.errors import EnvironmentProblem, GraderFault
from tutor.grading.files import GradedBy
from tutor.grading.team import Team

Launch = Callable[[LoadedExercise, str], Coroutine[Any, Any, Team]]
_Wanted = tuple[GradedBy, str]  # what a team is for: an exercise as its files are now, on a device


class Spare:
    """At most one team, for one exercise as its files are on one device.

    Args:
        launch: makes a team for an exercise on a device.
        end: ends one that nobody will use.
    """

    def __init__(self, launch: Launch, end: Callable[[Team], None]) -> None:
        self._launch = launch
        self._end = end
        self.waiting: tuple[_Wanted, asyncio.Task[Team]] | None = None

    def prepare(self, exercise: LoadedExercise, device: str) -> None:
        """Has a team made beside what comes next, unless one waits."""
        if self.waiting is None:
            task = asyncio.create_task(self._launch(exercise, device))
            self.waiting = ((GradedBy.now(exercise), device), task)

    async def ready(self, exercise: LoadedExercise, device: str) -> None:
        """Returns when a team for this exercise waits, or could not be made."""
        if self.waiting is not None and self.waiting[0] != (GradedBy.now(exercise), device):
            await self.dismiss()
        self.prepare(exercise, device)
        await _settled(self.waiting[1] if self.waiting else None)

    async def take(self, exercise: LoadedExercise, device: str) -> Team | None:
        """The team that waits if it is for this exercise as its files are now; another one is ended."""
        wanted = (GradedBy.now(exercise), device)
        waiting, self.waiting = self.waiting, None
        if waiting is None:
            return None
        for_what, task = waiting
        try:
            team = await _settled(task)
        except asyncio.CancelledError:
            self.waiting = waiting
            raise
        if team is None or (for_what == wanted and team.ready):
            return team
        self._end(team)
        return None

    async def dismiss(self) -> None:
        """Ends the team that waits, which is for what nobody grades now."""
        waiting, self.waiting = self.waiting, None
        team = await _settled(waiting[1]) if waiting is not None else None
        if team is not None:
            self._end(team)


async def _settled(task: asyncio.Task[Team] | None) -> Team | None:
    """The team of a task, or ``None`` where it could not be launched (a zygote died, a model is missing)."""
    if task is None:
        return None
    try:
        return await asyncio.shield(task)
    except (GraderFault, EnvironmentProblem, OSError):
        return None
