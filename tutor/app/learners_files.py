"""The learner's files, in the app: where each is, whether it is as it was, what is half written."""

from __future__ import annotations

import filecmp
import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.course import Content, LoadedExercise
    from tutor.progress import Store


class LearnersFiles:
    """The part of the engine that stands before the work folder; each method is one call."""

    content: Content
    store: Store

    def solution_path(self, exercise: LoadedExercise) -> Path:
        """Where the learner's file is, or will be."""
        from tutor.progress import workspace

        return workspace.solution_path(self.store, exercise)

    def start(self, exercise: LoadedExercise) -> Path:
        """Write the stub where no file is yet; never overwrites."""
        from tutor.progress import workspace

        return workspace.start_exercise(self.store, exercise)

    def untouched(self, exercise: LoadedExercise) -> bool:
        """Whether the learner's file is there and still the stub."""
        path = self.solution_path(exercise)
        # Asked at each key: filecmp reads them again only when either has another size or time.
        return path.is_file() and filecmp.cmp(path, exercise.stub, shallow=False)

    def is_now(self, exercise: LoadedExercise, sha256: str) -> bool:
        """Whether the learner's file holds what has this hash."""
        path = self.solution_path(exercise)
        try:
            status = path.stat()
            return _hash_of(path, status.st_mtime_ns, status.st_size) == sha256
        except OSError:
            return False

    def save(self, exercise: LoadedExercise, data: bytes, *, over: bytes) -> bool:
        """Write the learner's file; True where a version by another program went to the backups first."""
        from tutor.progress import workspace

        return workspace.save(self.store, exercise, data, over=over)

    def draft(self, exercise: LoadedExercise) -> str | None:
        """What was typed in the built-in editor and never saved."""
        from tutor.progress.bookmarks import DRAFT

        kept = self.store.bookmark(f"{DRAFT}{exercise.id}")
        return kept if isinstance(kept, str) else None

    def keep_draft(self, exercise: LoadedExercise, text: str | None) -> None:
        """Keep what is in the editor and not saved yet; None forgets it. Raises EnvironmentProblem."""
        from tutor.progress.bookmarks import DRAFT

        self.store.set_bookmark(f"{DRAFT}{exercise.id}", text)

    def practise(self, exercise: LoadedExercise) -> Path:
        """Begin again from the stub; file and draft go to the backups, the first pass is kept."""
        from tutor.progress.practice import practise

        if (draft := self.draft(exercise)) is not None:
            self.save(exercise, draft.encode("utf-8", "surrogatepass"), over=b"")
            self.keep_draft(exercise, None)
        return practise(self.store, exercise)

    def may_be_practised(self) -> Sequence[str]:
        """The ids of the exercises that were passed or whose solution was seen."""
        from tutor.progress.practice import may_be_practised

        return may_be_practised(self.content, self.store)

    def diff(self, exercise: LoadedExercise) -> str:
        """The learner's file against the stub; empty where nothing was changed. UsageProblem: not started."""
        from tutor.progress import workspace

        return workspace.diff_against_stub(self.store, exercise)

    def stub_changes(self, exercise: LoadedExercise) -> str | None:
        """What changed in the stub since the learner's file began as one; None where that was not kept."""
        from tutor.progress.versions import stub_changes

        return stub_changes(self.store, exercise)

    def try_example(self, exercise: LoadedExercise) -> int:
        """Run the learner's code on the public example, on this terminal; returns when Enter is pressed.

        EnvironmentProblem: a package that the exercise needs is not installed.
        """
        from tutor.compute.packages import require_packages
        from tutor.sandbox import run_example

        require_packages(exercise.info.packages, exercise.id)
        status = run_example(exercise.folder, self.solution_path(exercise))
        input("\nEnter goes back to the tutor. ")
        return status

    def may_see_solution(self, exercise: LoadedExercise) -> bool:
        """Whether the learner passed it, or gave up before."""
        return self.store.may_see_solution(exercise.id)


@lru_cache(maxsize=1)
def _hash_of(path: Path, changed_ns: int, size: int) -> str:
    """Asked at each key: read again only where the file has another size or time."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
