"""The two warm processes that every grading is forked from: the judges' and the workers'."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.course import LoadedExercise
from tutor.errors import GraderFault
from tutor.paths import ContentRoot
from tutor.sandbox.forkserver import Zygote

if TYPE_CHECKING:
    from tutor.course.models import Preload


class Zygotes:
    """Starts them when they are asked for, anew where one has died, until ``close``.

    Workers may read the exercises of ``root``, and see nothing else of it. ``preload`` names modules that they
    import once, where each grading would import them again.
    """

    def __init__(self, root: ContentRoot, preload: Preload | None = None) -> None:
        self._root, self._gpu = root, False
        self._for_judges = list(preload.judge) if preload is not None else []
        self._for_workers = list(preload.worker) if preload is not None else []
        self.judges: Zygote | None = None
        self.workers: Zygote | None = None

    def started(self, device: str = "cpu") -> tuple[Zygote, Zygote]:
        """Both zygotes, started anew where one has died; the workers' also where CUDA needs more to be open."""
        gpu = device.startswith("cuda")
        if gpu and self.workers is not None and not self._gpu:
            self.workers.close()
        self._gpu = gpu or self._gpu
        if self.judges is None or not self.judges.alive:
            self.judges = _anew(self.judges, "tutor.grading.judge", {"preload": self._for_judges})
        if self.workers is None or not self.workers.alive:
            places: dict[str, object] = {
                "public": [str(self._root.exercises)],
                "hidden": [str(self._root.graders)],
                "gpu": self._gpu,
                "preload": self._for_workers,
            }
            self.workers = _anew(self.workers, "tutor.sandbox.worker", places)
        return self.judges, self.workers

    def close(self) -> None:
        """Ends both and everything they forked."""
        for zygote in (self.judges, self.workers):
            if zygote is not None:
                zygote.close()
        self.judges = self.workers = None


def _anew(dead: Zygote | None, module: str, options: dict[str, object]) -> Zygote:
    if dead is not None:
        dead.close()
    try:
        return Zygote(module, options)
    except OSError as problem:
        raise grader_failed(f"a helper process could not be started ({problem})") from None


def grader_failed(what: str, exercise: LoadedExercise | None = None) -> GraderFault:
    """The fault that says so, and that the learner lost nothing."""
    return GraderFault(
        f"The grader failed: {what}.",
        where=exercise.id if exercise is not None else "",
        next_step="This is no attempt of yours. Close what else is running and submit again.",
    )
