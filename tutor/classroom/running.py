"""Runs a class: reads each submission once, grades what the journal does not hold yet, and makes the rows.

Memory does not grow with the class: of a submission only its row is kept, and no more files are read ahead than
the engine has use for.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tutor.classroom.archives import Unreadable
from tutor.classroom.engines.base import Engine
from tutor.classroom.finding import Found
from tutor.classroom.jobs import Job, Key
from tutor.classroom.journal import Journal, Rate
from tutor.classroom.rows import Row, figures
from tutor.errors import TutorProblem

if TYPE_CHECKING:
    from tutor.course import Content
    from tutor.grading import Submission

READ_AHEAD = 2
"""Files that wait in memory for each worker."""


@dataclass(frozen=True)
class Progress:
    """How far a run is: ``done`` submissions of ``of``, ``graded`` of them by this run, in so many seconds."""

    done: int
    of: int
    graded: int
    faults: int
    seconds: float

    @property
    def rate(self) -> float:
        """Gradings a second."""
        return self.graded / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """``None`` until something was graded."""
        return (self.of - self.done) / self.rate if self.rate else None


@dataclass(frozen=True)
class Ran:
    """What a run came to."""

    rows: tuple[Row, ...]
    graded: int
    seconds: float
    workers: int


OnRead = Callable[[Row, "Submission"], None]
OnProgress = Callable[[Progress], None]


@dataclass
class _Tally:
    of: int
    began: float = field(default_factory=time.monotonic)
    done: int = 0
    graded: int = 0
    faults: int = 0
    grading_seconds: float = 0.0

    def progress(self) -> Progress:
        return Progress(self.done, self.of, self.graded, self.faults, time.monotonic() - self.began)


class ClassRun:
    """One run over what was found.

    Args:
        retry_faults: grade again what ended in a fault last time.
        on_read: sees each submission's bytes once, for whoever compares them.
    """

    def __init__(
        self,
        content: Content,
        engine: Engine,
        journal: Journal,
        *,
        retry_faults: bool = False,
        on_read: OnRead | None = None,
        on_progress: OnProgress | None = None,
    ) -> None:
        self._content, self._engine, self._journal = content, engine, journal
        self._retry_faults = retry_faults
        self._on_read, self._on_progress = on_read, on_progress
        self._under_way: set[Key] = set()

    async def run(self, submissions: Sequence[Found]) -> Ran:
        """A row for each submission, in their order. When it is cancelled, the journal holds what was done.

        Raises:
            EnvironmentProblem: the journal can't be written, or no machine of a cluster is left.
        """
        queue: asyncio.Queue[Job | None] = asyncio.Queue(READ_AHEAD * self._engine.workers)
        tally = _Tally(len(submissions))
        drafts: list[Row] = []
        async with problems_alone(), asyncio.TaskGroup() as group:
            for _ in range(self._engine.workers):
                group.create_task(self._work(queue, tally))
            for found in submissions:
                row, submission = await asyncio.to_thread(_read, found)
                if submission is not None:
                    row = replace(row, key=self._key(row.exercise, submission.sha256))
                    if self._on_read is not None:
                        self._on_read(row, submission)
                drafts.append(row)
                if row.key is not None and submission is not None and self._is_to_do(row.key):
                    self._under_way.add(row.key)
                    seed = self._journal.seed(row.key)
                    await queue.put(Job(row.key, submission.data, submission.size, seed))
                else:
                    tally.done += 1
                    self._tell(tally)
            for _ in range(self._engine.workers):
                await queue.put(None)
        seconds = time.monotonic() - tally.began
        if tally.graded:
            rate = Rate(self._engine.name, self._engine.workers, seconds, tally.graded, tally.grading_seconds)
            self._journal.note_run(rate)
        return Ran(tuple(finished(drafts, self._journal)), tally.graded, seconds, self._engine.workers)

    def _key(self, exercise: str, sha256: str) -> Key:
        return Key(exercise, sha256, self._content.exercise(exercise).grader_hash, self._engine.device)

    def _is_to_do(self, key: Key) -> bool:
        if key in self._under_way:
            return False
        known = self._journal.outcome(key)
        return known is None or (known.is_fault and self._retry_faults)

    async def _work(self, queue: asyncio.Queue[Job | None], tally: _Tally) -> None:
        while (job := await queue.get()) is not None:
            began = time.monotonic()
            outcome = await self._engine.grade(job)
            self._journal.record(job.key, outcome)
            tally.grading_seconds += time.monotonic() - began
            tally.done += 1
            tally.graded += 1
            tally.faults += outcome.is_fault
            self._tell(tally)

    def _tell(self, tally: _Tally) -> None:
        if self._on_progress is not None:
            self._on_progress(tally.progress())


def _read(found: Found) -> tuple[Row, Submission | None]:
    """The row as far as it is known before a grading, and what is to be graded, if anything is."""
    row = Row(found.student, found.exercise, found.file, "error", message=found.reason, number=found.number)
    if found.place is None:
        return row, None
    try:
        submission = found.place.read()
    except Unreadable as refused:
        return replace(row, message=str(refused)), None
    return replace(row, sha256=submission.sha256, bytes=submission.size), submission


def finished(drafts: Sequence[Row], journal: Journal) -> Iterator[Row]:
    """Rows with what the journal says. Where nothing was graded, ``of`` is what others of that exercise had."""
    copies = Counter(row.key for row in drafts)
    rows = [_graded(row, journal, copies[row.key]) for row in drafts]
    checks: dict[str, int] = {}
    for row in rows:
        checks[row.exercise] = max(row.of, checks.get(row.exercise, 0))
    for row in rows:
        yield row if row.of else replace(row, of=checks[row.exercise])


def _graded(row: Row, journal: Journal, copies: int) -> Row:
    outcome = journal.outcome(row.key) if row.key is not None else None
    if outcome is None:
        return row
    row = replace(row, **figures(outcome), copies=copies)
    empty = "An empty file (0 bytes)." if not row.bytes else ""
    return replace(row, message=" ".join(filter(None, (empty, row.message))))


@asynccontextmanager
async def problems_alone() -> AsyncIterator[None]:
    """Lets a named problem out of the group of tasks that it came from."""
    try:
        yield
    except BaseExceptionGroup as group:
        problem = next((one for one in group.exceptions if isinstance(one, TutorProblem)), None)
        if problem is None:
            raise
        raise problem from None
