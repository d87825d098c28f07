"""A course while it is being written: read again at each save, what is wrong with it shown in place."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.app.engine import Engine
from tutor.errors import ContentProblem
from tutor.paths import CONTENT_FOLDERS, ContentRoot

if TYPE_CHECKING:
    from watchfiles import Change

    from tutor.course import LoadedExercise
    from tutor.grading import Grader, GradingEvent, Verdict

DEBOUNCE_MS = 150


class AuthorEngine(Engine):
    """The engine over a course that changes. What its author does in it is kept apart from their own progress."""

    def __init__(self, root: ContentRoot, home: Path) -> None:
        super().__init__(root, home)
        self._opened = ""
        self._gradings = 0
        self._retired: list[Grader] = []  # of older files, with a grading under way perhaps

    @property
    def playground(self) -> Path:
        """Where the author's attempts and files lie."""
        return self.home / "authoring"

    def read_again(self) -> list[ContentProblem]:
        """Check every file, and take the course up where nothing is wrong with it. Slow enough to want a thread.

        Raises:
            EnvironmentProblem: the playground can't be used.
        """
        from tutor.course import check_content
        from tutor.progress import Store

        if problems := check_content(self.root):
            return problems
        try:
            self.read_course()
        except ContentProblem as problem:  # a file was saved between the two
            return [problem]
        course = self.content.info
        if course.id != self._opened:
            self.store = Store.open(self.playground, course.id, content_version=course.version)
            self._opened = course.id
        return []

    async def grade(
        self, exercise: LoadedExercise, path: Path, on_event: Callable[[GradingEvent], None]
    ) -> Verdict:
        self._gradings += 1
        try:
            return await super().grade(exercise, path, on_event)
        finally:
            self._gradings -= 1
            await self._close_retired()

    async def forget_grader(self) -> None:
        """Let the next grading collect the hidden checks as they are now; one that is under way ends as it began."""
        if self._grader is not None:
            self._retired.append(self._grader)
            self._grader = None
        await self._close_retired()

    async def close(self) -> None:
        self._gradings = 0
        await self._close_retired()
        await super().close()

    async def _close_retired(self) -> None:
        while self._retired and not self._gradings:
            await self._retired.pop().close()


async def saved_files(root: Path, *, poll: bool = False) -> AsyncIterator[set[Path]]:
    """The files of a course that were saved, moved or deleted, whenever some were."""
    from watchfiles import DefaultFilter, awatch

    usual, root = DefaultFilter(), root.resolve()

    def belongs(change: Change, path: str) -> bool:
        inside = Path(path).relative_to(root).parts if Path(path).is_relative_to(root) else ()
        return usual(change, path) and bool(inside) and inside[0] in CONTENT_FOLDERS

    async for changes in awatch(
        root, watch_filter=belongs, debounce=DEBOUNCE_MS, step=50, force_polling=poll or None
    ):
        yield {Path(path) for _, path in changes}


def nearest_first(problems: Iterable[ContentProblem], folders: Iterable[Path]) -> list[ContentProblem]:
    """Those of the files that are looked at come first, the others keep their order."""
    here = [str(folder) + "/" for folder in folders]
    return sorted(problems, key=lambda problem: not any(problem.file.startswith(place) for place in here))
