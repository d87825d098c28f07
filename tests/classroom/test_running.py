"""A run grades each file once, keeps what it did, goes on after an end, and gives everybody a row."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.classroom.conftest import RIGHT, WRONG, Counting, Files
from tutor.classroom.archives import Archives
from tutor.classroom.finding import find_submissions
from tutor.classroom.jobs import Job, Key, Outcome
from tutor.classroom.journal import Journal, Rate
from tutor.classroom.running import ClassRun, Progress, Ran
from tutor.classroom.seeds import seed_of
from tutor.course import Content
from tutor.errors import UsageProblem

Write = Callable[[Files], Path]


def run(
    content: Content,
    folder: Path,
    journal: Path,
    engine: Counting,
    *,
    retry_faults: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
) -> Ran:
    found = find_submissions(folder, content, Archives())
    with Journal(journal) as open_journal:
        one = ClassRun(content, engine, open_journal, retry_faults=retry_faults, on_progress=on_progress)
        return asyncio.run(one.run(found.submissions))


def many(count: int) -> dict[str, bytes]:
    return {f"s{number:03}/doubling.py": b"x" * number for number in range(1, count + 1)}


def test_a_second_run_grades_nothing_and_gives_the_same_rows(
    content: Content, handed_in: Write, tmp_path: Path
) -> None:
    folder, first, second = handed_in(many(20)), Counting(), Counting()
    one = run(content, folder, tmp_path / "j", first)
    two = run(content, folder, tmp_path / "j", second)
    assert (one.graded, two.graded, len(first.jobs), second.jobs) == (20, 0, 20, [])
    assert one.rows == two.rows


def test_identical_files_are_graded_once_and_told(content: Content, handed_in: Write, tmp_path: Path) -> None:
    folder = handed_in({"ada/doubling.py": RIGHT, "bob/doubling.py": RIGHT, "eve/doubling.py": WRONG})
    engine = Counting()
    ada, bob, eve = run(content, folder, tmp_path / "j", engine).rows
    assert len(engine.jobs) == 2
    assert ada.copies == bob.copies == 2
    assert "One of 2 identical files, graded once." in ada.cells()["message"]
    assert "identical" not in eve.cells()["message"]
    assert "identical" not in ada.message  # which students may be shown


def test_a_run_that_ends_in_the_middle_goes_on_where_it_was(
    content: Content, handed_in: Write, tmp_path: Path
) -> None:
    class Dying(Counting):
        async def grade(self, job: Job) -> Outcome:
            if len(self.jobs) == 7:
                raise KeyboardInterrupt
            return await super().grade(job)

    folder, dying, rest = handed_in(many(20)), Dying(), Counting()
    with pytest.raises(KeyboardInterrupt):
        run(content, folder, tmp_path / "j", dying)
    after = run(content, folder, tmp_path / "j", rest)
    graded_twice = {job.key for job in dying.jobs} & {job.key for job in rest.jobs}
    assert len(graded_twice) <= Counting.workers - 1  # what was under way beside it
    assert [row.verdict for row in after.rows].count("passed") == 10
    assert after.rows == run(content, folder, tmp_path / "other", Counting()).rows


def test_faults_have_rows_and_are_only_retried_when_asked(
    content: Content, handed_in: Write, tmp_path: Path
) -> None:
    folder = handed_in(many(4))
    faulty = run(content, folder, tmp_path / "j", Counting(faults=2))
    assert [row.verdict for row in faulty.rows].count("fault") == 2
    assert {row.exit_code for row in faulty.rows if not row.has_verdict} == {5}
    assert run(content, folder, tmp_path / "j", Counting()).rows == faulty.rows
    retried = Counting()
    assert all(
        row.has_verdict for row in run(content, folder, tmp_path / "j", retried, retry_faults=True).rows
    )
    assert len(retried.jobs) == 2


def test_changed_checks_make_a_new_grading(content: Content, tmp_path: Path) -> None:
    old, new = (Key("doubling", "0" * 64, version, "cpu") for version in ("old", "new"))
    with Journal(tmp_path / "j") as journal:
        journal.record(old, Outcome({"verdict": "passed", "checks": []}))
        assert journal.outcome(old) is not None
        assert journal.outcome(new) is None


def test_progress_counts_up_to_the_end_with_a_rate(
    content: Content, handed_in: Write, tmp_path: Path
) -> None:
    told: list[Progress] = []
    run(content, handed_in(many(5)), tmp_path / "j", Counting(), on_progress=told.append)
    assert [one.done for one in told] == [1, 2, 3, 4, 5]
    assert told[-1].rate > 0
    assert told[-1].seconds_left == 0


def test_a_seed_depends_on_the_secret_the_exercise_and_the_bytes() -> None:
    seeds = {seed_of(secret, exercise, sha) for secret in (b"a", b"b") for exercise in "xy" for sha in "12"}
    assert len(seeds) == 8
    assert seed_of(b"a", "x", "1") == seed_of(b"a", "x", "1")


def test_the_journal_keeps_its_secret_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        secret = journal.secret
    with Journal(tmp_path / "j") as journal:
        assert journal.secret == secret
    assert stat.S_IMODE((tmp_path / "j").stat().st_mode) == 0o600


def test_two_runs_can_not_use_one_journal(tmp_path: Path) -> None:
    with Journal(tmp_path / "j"), pytest.raises(UsageProblem, match="Another run"):
        Journal(tmp_path / "j")


@pytest.mark.parametrize("kind", ["text", "another database"])
def test_another_kind_of_file_is_left_as_it_is(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "j"
    if kind == "text":
        path.write_text("student,exercise\n" * 100)
    else:
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE mine (x)")
        other.close()
    before = path.read_bytes()
    with pytest.raises(UsageProblem, match="can't be the run's journal"):
        Journal(path)
    assert path.read_bytes()[100:] == before[100:]
    assert os.path.getsize(path) == len(before)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE gradings SET verdict = 'not JSON'",
        'UPDATE gradings SET verdict = \'{"verdict": "passed", "checks": 1}\'',
        "UPDATE gradings SET verdict = x'ff00'",
        "UPDATE gradings SET exit_code = 'five'",
        "UPDATE runs SET graded = 'many'",
        "UPDATE runs SET workers = 0",
        "DELETE FROM secret",
        "UPDATE secret SET bytes = 10000000000",
    ],
)
def test_a_journal_that_another_hand_changed_is_told_as_none(tmp_path: Path, statement: str) -> None:
    key, file = Key("doubling", "0" * 64, "1" * 64, "cpu"), tmp_path / "class.journal"
    with Journal(file) as journal:
        journal.record(key, Outcome({"verdict": "passed", "checks": []}))
        journal.note_run(Rate("local", 2, 10.0, 30, 9.0))
    with sqlite3.connect(file) as connection:
        connection.execute(statement)
    connection.close()
    with pytest.raises(UsageProblem, match="can't be the run's journal"):
        _read_all(file, key)


def _read_all(file: Path, key: Key) -> None:
    with Journal(file) as journal:
        journal.outcome(key)
        journal.rates()
