"""The warm processes that every grading is forked from: the judges' zygote and the workers', both of one stem."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.course import LoadedExercise
from tutor.errors import GraderFault
from tutor.grading.collected import Judges
from tutor.paths import ContentRoot
from tutor.sandbox.branch import Branch
from tutor.sandbox.forkserver import Stem

if TYPE_CHECKING:
    from tutor.course.models import Preload


class KeptStem:
    """The stem, started when it is asked for, anew where it has died, until ``close``."""

    def __init__(self) -> None:
        self._stem: Stem | None = None

    def started(self) -> Stem:
        """The stem; it may still import. Needs no event loop.

        Raises:
            GraderFault: no process can be made.
        """
        if self._stem is None or not self._stem.alive:
            self.close()
            with _told_when_not_started():
                self._stem = Stem()
        return self._stem

    def close(self) -> None:
        """Ends it and everything that was forked from it."""
        if self._stem is not None:
            self._stem.close()
        self._stem = None


@dataclass(frozen=True)
class Pair:
    """What forks judges, and the zygote that forks workers."""

    judges: Judges
    workers: Branch

    @property
    def alive(self) -> bool:
        return self.judges.zygote.alive and self.workers.alive


class Zygotes:
    """Has both forked when they are asked for, anew where one has died, until ``close``.

    Workers may read the exercises of ``root``, and see nothing else of it. ``preload`` names modules that they
    import once, where each grading would import them again.
    """

    def __init__(self, stem: KeptStem, root: ContentRoot, preload: Preload | None = None) -> None:
        self._stem, self._root, self._gpu = stem, root, False
        self._for_judges = list(preload.judge) if preload is not None else []
        self._for_workers = list(preload.worker) if preload is not None else []
        self.workers: Branch | None = None
        self._judging: Judges | None = None
        self._forking = asyncio.Lock()

    @property
    def judges(self) -> Branch | None:
        """The judges' zygote, once there is one."""
        return self._judging.zygote if self._judging is not None else None

    async def ready(self, device: str = "cpu") -> Pair:
        """Both zygotes, with everything imported. Where CUDA needs more to be open, the workers' is made anew.

        Raises:
            GraderFault: one of them, or the stem, ended or stands still.
        """
        gpu = device.startswith("cuda")
        async with self._forking:
            stem = self._stem.started()
            judges, workers = await asyncio.gather(self._judges(stem), self._workers(stem, gpu))
        await asyncio.gather(judges.zygote.ready(), workers.ready())
        return Pair(judges, workers)

    async def _judges(self, stem: Stem) -> Judges:
        if self._judging is None or not self._judging.zygote.alive:
            if self._judging is not None:
                self._judging.close()
            options: dict[str, object] = {"preload": self._for_judges}
            self._judging = Judges(await _forked(stem, "tutor.grading.judge", options))
        return self._judging

    async def _workers(self, stem: Stem, gpu: bool) -> Branch:
        if self.workers is None or not self.workers.alive or (gpu and not self._gpu):
            if self.workers is not None:
                self.workers.close()
            self._gpu = gpu or self._gpu
            places: dict[str, object] = {
                "public": [str(self._root.exercises)],
                "hidden": [str(self._root.graders)],
                "gpu": self._gpu,
                "preload": self._for_workers,
            }
            self.workers = await _forked(stem, "tutor.sandbox.worker", places)
        return self.workers

    def close(self) -> None:
        """Ends both and everything they forked. The stem is its owner's."""
        for forking in (self._judging, self.workers):
            if forking is not None:
                forking.close()
        self._judging = self.workers = None


async def _forked(stem: Stem, module: str, options: dict[str, object]) -> Branch:
    with _told_when_not_started():
        return await Branch.zygote(stem, module, options)


@contextlib.contextmanager
def _told_when_not_started() -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise grader_failed(f"a helper process could not be started ({problem})") from None


def grader_failed(what: str, exercise: LoadedExercise | None = None) -> GraderFault:
    """The fault that says so, and that the learner lost nothing."""
    return GraderFault(
        f"The grader failed: {what}.",
        where=exercise.id if exercise is not None else "",
        next_step="This is no attempt of yours. Close what else is running and submit again.",
    )
