"""Databases and exports of every earlier version are read with all that they hold; a newer one is left alone."""

from __future__ import annotations

import gzip
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.progress.test_summary import summaries
from tutor.errors import EnvironmentProblem
from tutor.progress import Store, due_items, schema, standing, summary
from tutor.progress.exchange import export_events, import_events
from tutor.progress.report import progress_document

FIXTURES = Path(__file__).parent / "fixtures"
NAMES = sorted(path.name.removesuffix(".db.gz") for path in FIXTURES.glob("*.db.gz"))
RECORDS = 15
NEXT = (
    "ALTER TABLE attempts ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'",
    "CREATE TABLE later (course TEXT NOT NULL)",
    "INSERT INTO later SELECT course FROM events",
)
"""A migration as the next one might be."""


@pytest.fixture
def old(home):
    """Puts the database of an earlier version into the home."""

    def put(name):
        (home / "progress.db").write_bytes(gzip.decompress((FIXTURES / f"{name}.db.gz").read_bytes()))
        return home / "progress.db"

    return put


@pytest.fixture
def next_version(monkeypatch):
    """The program as it will be with one more migration."""

    def come(migration=NEXT):
        monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, migration))
        for module in ("schema", "database", "damage"):
            monkeypatch.setattr(f"tutor.progress.{module}.LATEST", len(schema.MIGRATIONS))

    return come


def version_of(name):
    return int(name.split("-")[1])


def exported(name):
    return gzip.decompress((FIXTURES / f"{name}.jsonl.gz").read_bytes())


def records_of(export):
    """The lines of an export's records: behind the header, and before its bookmarks."""
    return [line for line in export.splitlines()[1:] if b'"type": "bookmarks"' not in line]


def assert_has_everything(store, content, name):
    assert records_of(export_events(store)) == records_of(exported(name))
    assert len(records_of(exported(name))) == RECORDS
    came = store.exercise_states(), store.item_states(), summaries(store)
    store.database.write(summary.rebuild)
    assert (store.exercise_states(), store.item_states(), summaries(store)) == came
    state = store.exercise_state("per-row-scales")
    assert (state.attempts, state.hints, state.last_verdict) == (2, 2, "passed")
    assert state.practising
    assert store.last_pass("per-row-scales").source.decode() == "x = 2  # größer\n"
    assert store.item_states()["bits", "bytes"].answers == 2
    assert standing(content, store).exercise("absmax-int8") in ("seen", "due")
    assert progress_document(content, store)["exercises"]
    assert due_items(store)


def test_there_is_a_database_of_every_version_so_far():
    assert {name.rpartition("-")[0] for name in NAMES} == {f"version-{n + 1}" for n in range(schema.LATEST)}


@pytest.mark.parametrize("name", NAMES)
def test_a_database_of_an_earlier_version_has_all_its_records(content, home, old, name):
    old(name)
    with Store.open(home, "tiny") as store:
        assert store.notices == ()
        assert_has_everything(store, content, name)
        assert store.bookmark("lesson:bits") == {"step": "idea", "line": 12}
        store.record_event("step", "bits", {"step": "on we go"})
        assert len(store.events()) == 10


@pytest.mark.parametrize("name", NAMES)
def test_an_export_of_an_earlier_version_can_be_imported(content, home, tmp_path, name):
    file = tmp_path / "export.jsonl"
    file.write_bytes(exported(name))
    with Store.open(home, "tiny") as store:
        assert import_events(store, file).new == len(exported(name).splitlines()) - 1
        assert_has_everything(store, content, name)


@pytest.mark.parametrize("name", NAMES)
def test_the_next_migration_keeps_all_records_and_a_backup_of_what_was_before(
    content, home, old, next_version, name
):
    old(name)
    next_version()
    with Store.open(home, "tiny") as store:
        assert store.notices == ()
        assert_has_everything(store, content, name)
        count = store.database.read(lambda sql: sql.execute("SELECT count(*) FROM later").fetchone())
        assert count == (9,)
    (backup,) = (home / "backups").glob("progress-*.db")
    with closing(sqlite3.connect(backup)) as before:
        assert before.execute("PRAGMA user_version").fetchone() == (version_of(name),)
        assert before.execute("SELECT count(*) FROM attempts").fetchone() == (3,)


def test_a_backup_of_an_earlier_version_is_restored_and_migrated(content, home, old, next_version):
    path = old(NAMES[0])
    with Store.open(home, "tiny") as store:
        store.set_bookmark("a", 1)  # takes the day's backup
    path.write_bytes(b"no database" * 1000)
    next_version()
    with Store.open(home, "tiny") as store:
        assert "restored from the backup" in store.notices[0]
        assert_has_everything(store, content, NAMES[0])


def test_damage_of_an_earlier_version_is_rescued_before_it_is_migrated(content, home, old, next_version):
    path = old(NAMES[0])
    data = bytearray(path.read_bytes())
    place = data.index(b"CREATE TABLE answers") + len(b"CREATE TABLE ")
    data[place : place + 7] = b"answerz"
    path.write_bytes(data)
    next_version()
    with Store.open(home, "tiny") as store:
        assert len(store.notices) == 1
        assert store.exercise_state("per-row-scales").attempts == 2
        assert len(store.events()) == 9
    assert next(home.glob("progress.damaged-*.db")).read_bytes() == data


def test_a_migration_that_fails_leaves_the_database_as_it_was(home, old, next_version):
    path = old(NAMES[0])
    next_version((*NEXT, "INSERT INTO nowhere VALUES (1)"))
    with pytest.raises(EnvironmentProblem, match="what was saved before is"):
        Store.open(home, "tiny")
    with closing(sqlite3.connect(path)) as left:
        assert left.execute("PRAGMA user_version").fetchone() == (version_of(NAMES[0]),)
        assert left.execute("SELECT name FROM sqlite_master WHERE name = 'later'").fetchall() == []


KILLED = """
import os, signal, sys
from pathlib import Path
from tutor.progress import Store, damage, database, schema

class Migration:
    def __iter__(self):
        yield from {statements!r}
        os.kill(os.getpid(), signal.SIGKILL)

schema.MIGRATIONS = (*schema.MIGRATIONS, Migration())
schema.LATEST = database.LATEST = damage.LATEST = len(schema.MIGRATIONS)
damage.has_our_tables = database.has_our_tables = lambda *_: True
Store.open(Path(sys.argv[1]), "tiny")
"""


@pytest.mark.parametrize("done", [1, len(NEXT)])
def test_a_migration_cut_off_by_a_kill_is_done_by_the_next_start(content, home, old, next_version, done):
    old(NAMES[0])
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    script = KILLED.format(statements=NEXT[:done])
    killed = subprocess.run([sys.executable, "-c", script, str(home)], env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    next_version()
    with Store.open(home, "tiny") as store:
        assert store.notices == ()
        assert_has_everything(store, content, NAMES[0])


def test_a_database_of_the_next_version_is_refused_by_this_one_and_left_alone(home, old):
    path = old(NAMES[-1])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, NEXT))
        for module in ("schema", "database", "damage"):
            patch.setattr(f"tutor.progress.{module}.LATEST", len(schema.MIGRATIONS))
        Store.open(home, "tiny").close()
    before = path.read_bytes()
    with pytest.raises(EnvironmentProblem, match="written by a newer tutor") as caught:
        Store.open(home, "tiny")
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == before
