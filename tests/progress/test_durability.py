"""Nothing that was recorded is lost: not by a kill, a full disk, a damaged file, or a second tutor."""

from __future__ import annotations

import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.progress.world import verdict
from tutor.errors import EnvironmentProblem
from tutor.progress import Store, records, summary
from tutor.progress.schema import LATEST

WRITER = Path(__file__).with_name("writer.py")
ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def start_writer(home: Path, number: int = -1, **options) -> subprocess.Popen:
    command = [sys.executable, str(WRITER), str(home), str(number)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, env=ENVIRONMENT, **options)


def whole_lines(output: bytes) -> list[str]:
    """The ids that were acknowledged; the kill may have cut the last line."""
    return output.decode().rpartition("\n")[0].split()


def assert_sound(store: Store) -> None:
    assert store.database.read(lambda sql: sql.execute("PRAGMA integrity_check").fetchone()) == ("ok",)
    states = store.exercise_states()
    store.database.write(summary.rebuild)
    assert store.exercise_states() == states


def test_two_tutors_write_at_once_and_nothing_is_lost(home):
    writers = [start_writer(home, 100) for _ in range(2)]
    acknowledged = [id for writer in writers for id in whole_lines(writer.communicate(timeout=60)[0])]
    assert [writer.returncode for writer in writers] == [0, 0]
    with Store.open(home, "tiny") as store:
        assert {attempt.id for attempt in store.attempts("a")} == set(acknowledged)
        assert store.exercise_state("a").attempts == 200
        assert_sound(store)


def test_a_tutor_that_keeps_the_database_too_long_is_named(home, monkeypatch):
    monkeypatch.setattr("tutor.progress.database.BUSY_SECONDS", 0.05)
    with Store.open(home, "tiny") as store, closing(sqlite3.connect(store.database.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(EnvironmentProblem, match="Another tutor"):
            store.set_bookmark("a", 1)
        other.rollback()
        store.set_bookmark("a", 2)
        assert store.bookmark("a") == 2


# --- full and read-only ----------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    """A file system of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if sys.platform != "linux" or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system is not allowed here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_loses_nothing_and_writing_goes_on_once_there_is_space(small_disk):
    kept: list[str] = []

    def write_until_full(store: Store) -> None:
        while True:
            kept.append(store.record_attempt(verdict("a"), source=os.urandom(30_000)))

    with Store.open(small_disk / "home", "tiny") as store:
        with pytest.raises(EnvironmentProblem, match="no space left") as caught:
            write_until_full(store)
        assert caught.value.exit_code == 3
        assert str(store.database.path) in str(caught.value)
        assert len(kept) > 3
        assert [attempt.id for attempt in store.attempts("a")] == kept
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    with Store.open(small_disk / "home", "tiny") as store:
        assert store.notices == ()
        assert [attempt.id for attempt in store.attempts("a")] == kept
        assert store.record_attempt(verdict("a"), source=b"x")
        assert_sound(store)


@pytest.mark.parametrize("left", [0, 4 << 10, 8 << 10, 48 << 10, 88 << 10])
def test_a_first_start_on_a_full_disk_is_told_and_works_once_there_is_space(small_disk, left):
    (small_disk / "other").write_bytes(b"x" * ((1 << 20) - left))
    with pytest.raises(EnvironmentProblem, match="no space left"):
        Store.open(small_disk / "home", "tiny")
    (small_disk / "other").unlink()
    with Store.open(small_disk / "home", "tiny") as store:
        store.set_bookmark("a", 1)
        assert_sound(store)


def test_a_limit_on_file_size_is_told_and_loses_nothing(home):
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    writer = start_writer(home, 2_000, preexec_fn=limit, stderr=subprocess.PIPE)
    output, errors = writer.communicate(timeout=60)
    assert writer.returncode == 1
    assert b"EnvironmentProblem" in errors
    acknowledged = whole_lines(output)
    assert len(acknowledged) > 5
    with Store.open(home, "tiny") as store:
        assert [attempt.id for attempt in store.attempts("a")] == acknowledged


def test_a_file_in_place_of_the_home_is_told(tmp_path):
    (tmp_path / "home").write_text("a file")
    with pytest.raises(EnvironmentProblem, match="A file stands where a folder is needed") as caught:
        Store.open(tmp_path / "home", "tiny")
    assert caught.value.next_step
    assert (tmp_path / "home").read_text() == "a file"


def test_a_read_only_home_is_told_and_untouched(small_disk):
    with Store.open(small_disk, "tiny") as store:
        store.set_bookmark("a", 1)
    before = {path: path.read_bytes() for path in small_disk.rglob("*") if path.is_file()}
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(EnvironmentProblem, match="may not write") as caught:
        Store.open(small_disk, "tiny")
    assert caught.value.exit_code == 3
    with pytest.raises(EnvironmentProblem, match="read-only"):
        Store.open(small_disk / "below", "tiny")
    assert {path: path.read_bytes() for path in small_disk.rglob("*") if path.is_file()} == before


def test_a_home_that_does_not_exist_yet_is_made(tmp_path):
    with Store.open(tmp_path / "some" / "deep" / "home", "tiny") as store:
        store.set_bookmark("a", 1)
    assert (tmp_path / "some" / "deep" / "home" / "progress.db").is_file()


# --- other versions and other programs -------------------------------------------------------


def test_a_database_of_a_newer_tutor_is_refused_and_untouched(home):
    Store.open(home, "tiny").close()
    path = home / "progress.db"
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA journal_mode = DELETE")
        newer.execute(f"PRAGMA user_version = {LATEST + 3}")
    before = path.read_bytes()
    with pytest.raises(EnvironmentProblem) as caught:
        Store.open(home, "tiny")
    told = str(caught.value)
    assert str(path) in told
    assert f"version {LATEST + 3}" in told
    assert f"up to {LATEST}" in told
    assert "Update the tutor" in told
    assert path.read_bytes() == before
    assert sorted(one.name for one in home.iterdir()) == ["progress.db", "progress.lock"]


def test_a_database_of_another_program_is_refused_and_untouched(home):
    with closing(sqlite3.connect(home / "progress.db")) as other:
        other.execute("CREATE TABLE songs (title)")
        other.commit()
    before = (home / "progress.db").read_bytes()
    with pytest.raises(EnvironmentProblem, match="another program"):
        Store.open(home, "tiny")
    assert (home / "progress.db").read_bytes() == before


# --- damage ----------------------------------------------------------------------------------


def filled(home: Path, clock, *, before: int, after: int) -> list[str]:
    """Attempts before and after the day's backup; their ids."""
    with Store.open(home, "tiny", clock=clock) as store:
        ids = [store.record_attempt(verdict("a"), source=os.urandom(500)) for _ in range(before)]
    clock.turn(days=1)
    with Store.open(home, "tiny", clock=clock) as store:
        return ids + [store.record_attempt(verdict("a"), source=os.urandom(500)) for _ in range(after)]


def damage(path: Path, start: float, end: float) -> None:
    data = bytearray(path.read_bytes())
    first, last = int(len(data) * start), int(len(data) * end)
    data[first:last] = os.urandom(last - first)
    path.write_bytes(data)


def test_a_damaged_database_is_kept_aside_and_the_backup_takes_its_place(home, clock):
    ids = filled(home, clock, before=20, after=5)
    with Store.open(home, "tiny", clock=clock) as store:
        last = store.attempts("a")[19]
    damage(home / "progress.db", 0, 1)
    with Store.open(home, "tiny", clock=clock) as store:
        (told,) = store.notices
        assert "progress.damaged-" in told
        assert "the backup progress-2025-03-11.db" in told
        assert f"holds your progress up to {last.at.astimezone():%Y-%m-%d %H:%M}." in told
        assert [attempt.id for attempt in store.attempts("a")] == ids[:20]
        assert_sound(store)
        store.record_attempt(verdict("a"), source=b"on we go")
    assert len(list(home.glob("progress.damaged-*.db"))) == 1
    with Store.open(home, "tiny", clock=clock) as store:
        assert store.notices == ()


def test_what_can_still_be_read_from_a_damaged_database_is_saved(home, clock):
    ids = filled(home, clock, before=30, after=15)
    with Store.open(home, "tiny", clock=clock) as store:
        ids.append(store.record_attempt(verdict("a", message="the one that is hit"), source=b"x"))
        ids += [store.record_attempt(verdict("a"), source=os.urandom(500)) for _ in range(14)]
    data = bytearray((home / "progress.db").read_bytes())
    page = data.index(b"the one that is hit") // 4096 * 4096
    data[page : page + 4096] = b"\xff" * 4096
    (home / "progress.db").write_bytes(data)
    with Store.open(home, "tiny", clock=clock) as store:
        assert store.notices
        saved = [attempt.id for attempt in store.attempts("a")]
        assert set(saved) >= {*ids[:30], *ids[-5:]}
        assert ids[45] not in saved
        assert len(saved) >= 50
        assert_sound(store)


@pytest.mark.parametrize("trial", range(8))
def test_any_damage_leaves_a_sound_database_with_at_least_the_backup(home, clock, trial):
    places = random.Random(trial)
    ids = filled(home, clock, before=30, after=30)
    start = places.random()
    damage(home / "progress.db", start, min(1, start + places.choice([0.01, 0.05, 0.3])))
    with Store.open(home, "tiny", clock=clock) as store:
        saved = [attempt.id for attempt in store.attempts("a")]
        assert set(ids[:30]) <= set(saved) <= set(ids)
        assert all(records.sha256(one.source) == one.sha256 for one in store.attempts("a") if one.source)
        assert_sound(store)
        store.record_attempt(verdict("a"), source=b"on we go")


def rot(home: Path, table: str, column: str, value: str) -> None:
    """Change content as a bad disk would: where SQLite sees no damage."""
    with closing(sqlite3.connect(home / "progress.db")) as disk:
        for verb in ("update", "delete"):
            disk.execute(f"DROP TRIGGER IF EXISTS {table}_refuse_{verb}")
        where = "id = 1" if table == "attempts" else "exercise = 'a'"
        disk.execute(f"UPDATE {table} SET {column} = {value} WHERE {where}")
        disk.commit()


@pytest.mark.parametrize("value", ["'{\"half'", "CAST(x'ff7bfe' AS TEXT)"])
def test_a_record_that_has_rotted_is_left_out_and_the_others_are_read(home, clock, value):
    ids = filled(home, clock, before=2, after=0)
    rot(home, "attempts", "document", value)
    with Store.open(home, "tiny", clock=clock) as store:
        assert [attempt.id for attempt in store.attempts("a")] == ids[1:]
        store.database.write(summary.rebuild)
        assert store.exercise_state("a").attempts == 1


@pytest.mark.parametrize("value", ["'{\"half'", "'{}'", "'[]'", "CAST(x'ff7bfe' AS TEXT)"])
def test_a_summary_that_has_rotted_is_computed_anew(home, clock, value):
    filled(home, clock, before=2, after=0)
    rot(home, "exercise_standing", "state", value)
    with Store.open(home, "tiny", clock=clock) as store:
        assert store.exercise_states()["a"].attempts == 2
    rot(home, "exercise_standing", "state", value)
    with Store.open(home, "tiny", clock=clock) as store:
        store.record_attempt(verdict("a"), source=b"x")
        assert store.exercise_state("a").attempts == 3


def test_without_a_backup_a_damaged_database_is_kept_aside_and_a_fresh_one_opened(home):
    rubbish = b"not a database" * 1000
    (home / "progress.db").write_bytes(rubbish)
    with Store.open(home, "tiny") as store:
        (told,) = store.notices
        assert "without a backup, since there was none" in told
        assert told.endswith("with nothing in it.")
        assert store.attempts("a") == []
        store.set_bookmark("a", 1)
    (aside,) = home.glob("progress.damaged-*.db")
    assert aside.read_bytes() == rubbish


def test_a_database_cut_to_nothing_comes_back_from_its_backup(home, clock):
    ids = filled(home, clock, before=3, after=1)
    (home / "progress.db").write_bytes(b"")
    with Store.open(home, "tiny", clock=clock) as store:
        assert [attempt.id for attempt in store.attempts("a")] == ids[:3]


def test_damage_that_shows_while_the_tutor_runs_is_repaired_on_the_way(home, clock, monkeypatch):
    monkeypatch.setattr("tutor.progress.database.CHECKED_BYTES", 0)  # as a large one, not checked at start
    filled(home, clock, before=30, after=30)
    damage(home / "progress.db", 0.05, 0.9)
    with Store.open(home, "tiny", clock=clock) as store:
        new = store.record_attempt(verdict("a"), source=b"new")
        assert store.notices
        assert store.attempts("a")[-1].id == new
        assert_sound(store)


def test_a_rescue_cut_off_before_its_last_step_is_finished_by_the_next_start(home, clock):
    ids = filled(home, clock, before=3, after=0)
    os.rename(home / "progress.db", home / "progress.rescued.db")
    with Store.open(home, "tiny", clock=clock) as store:
        assert [attempt.id for attempt in store.attempts("a")] == ids


def test_a_database_moved_away_under_a_running_tutor_is_not_written_into(home, clock):
    with Store.open(home, "tiny", clock=clock) as store:
        store.record_attempt(verdict("a"), source=b"old")
        for path in home.glob("progress.db*"):
            path.rename(home / f"moved-{path.name}")
        new = store.record_attempt(verdict("a"), source=b"new")
    with Store.open(home, "tiny", clock=clock) as store:
        assert [attempt.id for attempt in store.attempts("a")] == [new]


# --- backups ---------------------------------------------------------------------------------


def test_a_backup_is_taken_once_a_day_before_the_first_write_and_five_are_kept(home, clock):
    with Store.open(home, "tiny", clock=clock) as store:
        for _ in range(7):
            store.set_bookmark("a", 1)
            store.set_bookmark("a", 2)
            clock.turn(days=1)
    names = sorted(path.name for path in (home / "backups").iterdir())
    assert names == [f"progress-2025-03-{day}.db" for day in range(12, 17)]


def test_a_backup_is_whole_by_itself_and_of_the_day_before(home, clock, tmp_path):
    filled(home, clock, before=3, after=2)
    shutil.copy(home / "backups" / "progress-2025-03-11.db", tmp_path / "progress.db")
    with Store.open(tmp_path, "tiny", clock=clock) as store:
        assert len(store.attempts("a")) == 3
        assert_sound(store)


def test_a_backup_that_cannot_be_written_is_told_and_stops_nobody(home, clock):
    (home / "backups").write_text("a file in the way")
    with Store.open(home, "tiny", clock=clock) as store:
        store.set_bookmark("a", 1)
        assert store.bookmark("a") == 1
        assert "no backup of today" in store.notices[0]


def test_reading_alone_takes_no_backup(home, clock):
    with Store.open(home, "tiny", clock=clock) as store:
        store.attempts("a")
    assert not (home / "backups").exists()


def test_what_a_killed_backup_left_behind_is_swept_and_one_under_way_is_not(home, clock):
    (home / "backups").mkdir()
    old, new = (home / "backups" / f"progress-2025-03-10.db.{pid}.part" for pid in (1, 2))
    for part, age in ((old, 2), (new, 0)):
        part.write_bytes(b"half")
        os.utime(part, (clock().timestamp() - age * 3600,) * 2)
    with Store.open(home, "tiny", clock=clock) as store:
        store.set_bookmark("a", 1)
    names = sorted(path.name for path in (home / "backups").iterdir())
    assert names == ["progress-2025-03-10.db", new.name]
