"""A class run from its folder to its gradebook: finding, journal and engine put together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.classroom.archives import Archives
from tutor.classroom.engines import Wanted, engine
from tutor.classroom.finding import Finding, find_submissions, without
from tutor.classroom.gradebook import Gradebook
from tutor.classroom.journal import Journal
from tutor.classroom.running import ClassRun, OnProgress, Ran
from tutor.classroom.seeds import secret_from
from tutor.classroom.similar import Comparison

if TYPE_CHECKING:
    from tutor.course import Content, LoadedExercise

JOURNAL = ".journal"


def journal_of(where: Path, out: Path) -> Path:
    """Where a run's journal lies unless one is named: beside the gradebook, called after what is graded.

    So a report in another format, written there too, needs no new grading.
    """
    return out.absolute().parent / f"{where.absolute().name}{JOURNAL}"


class Session:
    """One folder of submissions, with its journal open. A context manager.

    Raises:
        UsageProblem: no such folder, exercise or engine; nothing to grade; the journal is in use.
        EnvironmentProblem: the journal can't be written.
    """

    def __init__(
        self,
        content: Content,
        where: Path,
        journal: Path,
        *,
        exercise: str = "",
        student: str = "",
        engine: str = "local",
        wanted: Wanted | None = None,
        own_files: Sequence[Path] = (),
        seed: int | None = None,
    ) -> None:
        self.content = content
        self._engine, self.wanted = engine, wanted or Wanted()
        self._archives = Archives()
        found = find_submissions(where, content, self._archives, exercise, student)
        self.found: Finding = without(found, (*own_files, journal))
        self.journal = Journal(journal, secret=None if seed is None else secret_from(seed))

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *problem: object) -> None:
        self.journal.close()
        self._archives.close()

    @property
    def exercises(self) -> list[LoadedExercise]:
        """Those that somebody handed something in for."""
        ids = sorted({one.exercise for one in self.found.submissions if one.exercise})
        return [self.content.exercise(one) for one in ids]

    async def grade(
        self, *, retry_faults: bool = False, on_progress: OnProgress | None = None, at_most: int | None = None
    ) -> tuple[Gradebook, Ran]:
        """Grades what is not graded yet, or the first ``at_most`` of it. Cancelling it loses nothing that was.

        Raises:
            UsageProblem, EnvironmentProblem: the device is not there; the journal can't be written.
        """
        compared = Comparison({one.id: one.stub.read_bytes() for one in self.exercises})
        async with engine(self._engine, self.content.root, self.exercises, self.wanted) as running:
            run = ClassRun(
                self.content,
                running,
                self.journal,
                retry_faults=retry_faults,
                on_read=lambda row, read: compared.add(row.exercise, row.file, row.sha256, read.data),
                on_progress=on_progress,
            )
            ran = await run.run(self.found.submissions[:at_most])
        return Gradebook(self.content, self.journal, ran.rows, self.found.aside, compared.pairs()), ran
