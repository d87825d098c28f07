"""A database that something destroyed, however it did: kept aside, restored, and told in one sentence."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import pytest

from tests.progress.test_durability import assert_sound, start_writer, whole_lines
from tests.progress.world import NOON, verdict
from tutor.errors import EnvironmentProblem
from tutor.progress import Store, due_items, standing
from tutor.progress.damage import is_sound
from tutor.progress.exchange import export_events
from tutor.progress.records import sha256
from tutor.progress.report import progress_document
from tutor.progress.schema import LATEST

BEFORE, AFTER = 12, 6


@pytest.fixture(scope="session")
def worked(tmp_path_factory):
    """A home with records before and after the day's backup; its attempts' ids in order."""
    from tests.progress.world import TurnableClock

    home, clock, ids = tmp_path_factory.mktemp("worked"), TurnableClock(), []
    for number in (BEFORE, AFTER):
        with Store.open(home, "tiny", clock=clock) as store:
            for one in range(number):
                ids.append(store.record_attempt(verdict("per-row-scales"), source=os.urandom(400)))
                store.record_answer("bytes", "bits", "single", one, "b", 1, 1)
                store.record_event("step", "bits", {"step": f"s{one}"})
                store.set_bookmark("draft:per-row-scales", "what was typed")
        clock.turn(days=1)
    return home, ids


@pytest.fixture
def broken(worked, home, clock):
    """That home, to be destroyed: its path, its ids, and a function that opens it the day after."""
    source, ids = worked
    shutil.copytree(source, home, dirs_exist_ok=True)
    clock.at = NOON
    clock.turn(days=2)
    return home, ids, lambda: Store.open(home, "tiny", clock=clock)


def read_everything(content, store):
    """What every screen and every command reads."""
    standing(content, store)
    progress_document(content, store)
    due_items(store)
    export_events(store)
    store.bookmark("draft:per-row-scales")
    assert all(sha256(one.source) == one.sha256 for one in store.attempts("per-row-scales") if one.source)
    return {one.id for one in store.attempts("per-row-scales")}


def _flip(data: bytearray, dice: random.Random) -> bytearray:
    for _ in range(dice.choice([1, 3, 30])):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return data


def _flip_header(data: bytearray, dice: random.Random) -> bytearray:
    for _ in range(dice.choice([1, 3])):
        data[dice.randrange(1000)] ^= 1 << dice.randrange(8)
    return data


def _cut(data: bytearray, dice: random.Random) -> bytearray:
    return data[: dice.randrange(1, len(data))]


def _blank(data: bytearray, dice: random.Random) -> bytearray:
    start = dice.randrange(0, len(data), 4096)
    data[start : start + 4096] = bytes(4096)
    return data


def _grow(data: bytearray, dice: random.Random) -> bytearray:
    return data + dice.randbytes(dice.randrange(1, 9000))


@pytest.mark.parametrize("harm", [_flip, _flip_header, _cut, _blank, _grow])
@pytest.mark.parametrize("seed", range(6))
def test_whatever_was_done_to_its_bytes_the_tutor_opens_with_what_the_backup_had(content, broken, harm, seed):
    home, ids, open_again = broken
    path = home / "progress.db"
    harmed = bytes(harm(bytearray(path.read_bytes()), random.Random(f"{harm.__name__} {seed}")))
    path.write_bytes(harmed)
    (version,) = struct.unpack(">i", harmed[60:64].ljust(4, b"\0"))
    if version > LATEST and harmed.startswith(b"SQLite format 3"):  # may be a newer tutor's: left alone
        with pytest.raises(EnvironmentProblem, match="newer tutor"):
            open_again()
        assert path.read_bytes() == harmed
        return
    with open_again() as store:
        held = read_everything(content, store)
        store.record_event("step", "bits", {"step": "on we go"})
        # Content that rots where SQLite sees no damage, a record's id too, costs that one record and no other.
        assert len(held) <= len(ids)
        lost = set(ids[:BEFORE] if store.notices else ids) - held
        assert len(lost) <= (0 if store.notices else 30)
        if store.notices:
            assert_sound(store)
        else:  # the summaries may still count a record that has rotted
            assert store.database.read(is_sound)
        notices = store.notices
    kept = list(home.glob("progress.damaged-*.db"))
    assert len(kept) == len(notices) <= 1
    if kept:
        assert kept[0].read_bytes() == harmed
        assert str(kept[0]) in notices[0]
    with open_again() as store:
        assert store.notices == ()


def _as_text(path: Path) -> None:
    path.write_text("# my notes\n" * 500, encoding="utf-8")


def _as_nothing(path: Path) -> None:
    path.write_bytes(b"")


def _as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "inside.txt").write_text("mine", encoding="utf-8")


def _as_zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


@pytest.mark.parametrize("replace", [_as_text, _as_nothing, _as_folder, _as_zeros])
def test_what_stands_in_its_place_is_kept_and_the_newest_backup_restored(content, broken, replace):
    home, ids, open_again = broken
    replace(home / "progress.db")
    with open_again() as store:
        assert read_everything(content, store) == set(ids[:BEFORE])
        assert store.bookmark("draft:per-row-scales") == "what was typed"
        (told,) = store.notices
        assert_sound(store)
    (kept,) = home.glob("progress.damaged-*.db")
    last = NOON.astimezone()
    assert f"is kept as {kept}; it was restored from the backup progress-2025-03-11.db" in told
    assert told.endswith(f"and holds your progress up to {last:%Y-%m-%d %H:%M}.")
    assert not kept.is_dir() or (kept / "inside.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("replace", [_as_text, _as_nothing, _as_folder])
def test_what_the_log_left_over_from_a_kill_holds_is_read_and_the_log_kept(home, replace):
    writer = start_writer(home)
    acknowledged = [writer.stdout.readline() for _ in range(5)]
    writer.send_signal(signal.SIGKILL)
    acknowledged += writer.communicate()[0].splitlines(keepends=True)
    left = (home / "progress.db-wal").read_bytes()
    replace(home / "progress.db")
    with Store.open(home, "tiny") as store:
        held = {one.id for one in store.attempts("a")}
        assert set(whole_lines(b"".join(acknowledged))) <= held
        store.record_attempt(verdict("a"), source=b"on we go")
        assert_sound(store)
        assert store.notices or replace is _as_text  # SQLite itself makes it whole from the log
    assert all(log.read_bytes() == left for log in home.glob("progress.damaged-*.db-wal"))


@pytest.mark.parametrize("log", [False, True])
def test_a_database_that_was_deleted_comes_back_from_its_backup(content, broken, log):
    home, ids, open_again = broken
    if log:
        with open_again() as store, closing(sqlite3.connect(store.database.path)):
            store.record_attempt(verdict("per-row-scales"), source=b"in the log")
            shutil.copy(home / "progress.db-wal", home / "left")
        (home / "left").rename(home / "progress.db-wal")
        (home / "backups" / "progress-2025-03-12.db").unlink()
    (home / "progress.db").unlink()
    with open_again() as store:
        assert read_everything(content, store) >= set(ids[:BEFORE])
        (told,) = store.notices
        assert told.startswith(
            "The progress database was missing; it was restored from the backup progress-2025-"
        )
        assert str(home / "backups") in told
        assert_sound(store)
    with open_again() as store:
        assert store.notices == ()


def test_a_torn_log_costs_nothing_that_was_written_before_it(home):
    writer = start_writer(home)
    for _ in range(8):
        writer.stdout.readline()
    writer.send_signal(signal.SIGKILL)
    whole = whole_lines(writer.communicate()[0])
    log = home / "progress.db-wal"
    log.write_bytes(log.read_bytes()[: -2000 - len(whole)])
    with Store.open(home, "tiny") as store:
        assert store.notices == ()
        assert len(store.attempts("a")) >= 6
        assert_sound(store)


def test_the_newest_backup_that_is_whole_is_taken(content, broken, clock):
    home, ids, open_again = broken
    with open_again() as store:
        store.set_bookmark("a", 1)  # takes the third day's backup, which holds everything
    newest = home / "backups" / "progress-2025-03-12.db"
    assert newest.exists()
    _as_text(newest)
    _as_text(home / "progress.db")
    with open_again() as store:
        assert read_everything(content, store) == set(ids[:BEFORE])
        assert "progress-2025-03-11.db" in store.notices[0]


@pytest.mark.parametrize("application", [0, 7])
def test_a_header_that_names_another_program_over_our_tables_is_damage(content, broken, application):
    home, ids, open_again = broken
    with closing(sqlite3.connect(home / "progress.db")) as rotting:
        rotting.execute(f"PRAGMA application_id = {application}")
    with open_again() as store:
        assert read_everything(content, store) == set(ids)
        assert f"{3 * AFTER} more records" in store.notices[0]


def test_a_rescue_cut_off_anywhere_is_taken_up_by_the_next_start(content, worked, tmp_path, monkeypatch):
    """The rescue dies at its first change of a name, at its second, and so on."""
    source, ids = worked
    for step in range(6):
        home = tmp_path / str(step)
        shutil.copytree(source, home)
        _as_nothing(home / "progress.db")
        (home / "progress.db-wal").write_bytes(b"what the log held")
        left = [step]

        def dies(rename, left=left):
            def renamed(*names):
                if not left[0]:
                    raise KeyboardInterrupt
                left[0] -= 1
                rename(*names)

            return renamed

        with monkeypatch.context() as patch:
            for name in ("rename", "replace"):
                patch.setattr(f"tutor.progress.rescue.os.{name}", dies(getattr(os, name)))
            try:
                Store.open(home, "tiny").close()
            except KeyboardInterrupt:
                pass
            else:
                assert step > 2
        with Store.open(home, "tiny") as store:
            assert read_everything(content, store) >= set(ids[:BEFORE])
            assert_sound(store)
        kept = list(home.glob("progress.damaged-*.db"))
        assert kept[0].read_bytes() == b""
        assert (home / f"{kept[0].name}-wal").read_bytes() == b"what the log held"
        assert not (home / "progress.rescued.db").exists()


def test_a_disk_too_full_to_rescue_leaves_the_damaged_file_where_it_was(broken, monkeypatch):
    home, _, open_again = broken
    _as_text(home / "progress.db")
    before = (home / "progress.db").read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("shutil.copyfile", full)
        with pytest.raises(EnvironmentProblem, match="no space left"):
            open_again()
    assert (home / "progress.db").read_bytes() == before
    assert not list(home.glob("progress.damaged-*"))
    with open_again() as store:
        assert store.notices


@pytest.mark.parametrize("replace", [_as_text, _as_nothing, _as_folder])
def test_two_tutors_that_find_it_damaged_at_once_rescue_it_once_and_both_go_on(content, broken, replace):
    home, ids, _ = broken
    replace(home / "progress.db")
    writers = [start_writer(home, 20) for _ in range(2)]
    acknowledged = [id for writer in writers for id in whole_lines(writer.communicate(timeout=60)[0])]
    assert [writer.returncode for writer in writers] == [0, 0]
    assert len(acknowledged) == 40
    assert len(list(home.glob("progress.damaged-*.db"))) == 1
    with Store.open(home, "tiny") as store:
        assert {one.id for one in store.attempts("a")} == set(acknowledged)
        assert read_everything(content, store) == set(ids[:BEFORE])
        assert_sound(store)
