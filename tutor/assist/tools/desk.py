"""What all tools of an assistant share: the course, the learner's store, a grader that starts at the first use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.errors import RefusedProblem, UsageProblem

if TYPE_CHECKING:
    from tutor.course import Content, LoadedExercise
    from tutor.grading import Grader
    from tutor.progress import Store

LONGEST_ID = 100


@dataclass
class Desk:
    """Where an assistant sits: it sees what lies here and nothing else.

    ``lend`` gives a grader that is warm already; else the desk has its own, whose processes ``close`` ends.
    """

    content: Content
    store: Store
    device: str = "auto"
    lend: Callable[[], Grader] | None = field(default=None, repr=False)
    _grader: Grader | None = field(default=None, repr=False)
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    @asynccontextmanager
    async def grader(self) -> AsyncIterator[Grader]:
        """The grader, for one grading at a time: an assistant that sends many waits for each."""
        async with self._one_at_a_time:
            if self.lend is not None:
                yield self.lend()
                return
            if self._grader is None:
                from tutor.grading import Grader

                self._grader = await Grader(self.content.root).__aenter__()
            yield self._grader

    async def close(self) -> None:
        """Ends the grader's processes, if any were started."""
        if self._grader is not None:
            await self._grader.__aexit__(None, None, None)
            self._grader = None

    def own_file(self, exercise: LoadedExercise) -> Path:
        """The learner's file of an exercise: the one path outside the course that a tool reads.

        Raises:
            UsageProblem: the exercise is not started.
            RefusedProblem: a link stands in its place, which could lead to any file.
        """
        from tutor.progress import workspace

        path = workspace.solution_path(self.store, exercise)
        if path.is_symlink():
            raise RefusedProblem(
                "The learner's file is a link; what it leads to is not shown to assistants.",
                where=str(path),
                next_step="Put the file itself in its place.",
            )
        if not path.exists():
            raise UsageProblem(
                f"The learner has not started '{exercise.id}'.",
                where=exercise.id,
                next_step=f"They write 'tutor start {exercise.id}'.",
            )
        return path
