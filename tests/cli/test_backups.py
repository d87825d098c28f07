"""``tutor backups``: listed, restored, and never a version lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import STUB, Tutor


def test_each_version_that_was_replaced_can_be_brought_back(tutor: Tutor, home: Path) -> None:
    nothing = tutor("backups")
    assert nothing.code == 0
    assert "no backups" in nothing.out
    mine = Path(tutor("start", "doubling").out.strip())
    mine.write_text("first = 1\n")
    tutor("start", "doubling", "--reset")
    mine.write_text("second = 2\nmore = 3\n")
    tutor("practice", "doubling")
    assert mine.read_text() == STUB
    listed = tutor("backups", "--json").json
    assert [(one["number"], one["file"], one["bytes"]) for one in listed["backups"]] == [
        (1, "doubling.py", 20),
        (2, "doubling.py", 10),
    ]
    assert [Path(path).name[:9] for path in listed["database"]] == ["progress-"]
    shown = tutor("backups")
    assert "backed up by itself: 1 day, last" in shown.out
    assert "doubling.py" in shown.out
    assert "restore N" in shown.out
    restored = tutor("backups", "restore", "2")
    assert restored.code == 0
    assert restored.out.strip() == str(mine)
    assert mine.read_text() == "first = 1\n"
    assert [one["bytes"] for one in tutor("backups", "--json").json["backups"]] == [len(STUB), 20, 10]


def test_what_can_not_be_restored_is_told(tutor: Tutor, home: Path) -> None:
    assert "No file of yours" in tutor("backups", "restore", "1").err
    foreign = home / "backups" / "other_thing-20260102T030405000006Z.py"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("x = 1\n")
    refused = tutor("backups", "restore", "1", "--json")
    assert refused.code == 2
    assert "belongs to no exercise" in refused.json["message"]
    assert refused.json["where"] == str(foreign)
    for words in (["restore"], ["delete", "1"], ["restore", "7"]):
        assert tutor("backups", *words).code == 2


def test_a_link_to_a_file_elsewhere_is_backed_up_under_the_exercises_name(
    tutor: Tutor, home: Path, tmp_path: Path
) -> None:
    mine = Path(tutor("start", "doubling").out.strip())
    elsewhere = tmp_path / "notes.py"
    elsewhere.write_text("linked = True\n")
    mine.unlink()
    mine.symlink_to(elsewhere)
    tutor("start", "doubling", "--reset")
    assert elsewhere.read_text() == STUB
    assert tutor("backups", "restore", "1").code == 0
    assert elsewhere.read_text() == "linked = True\n"
    assert mine.is_symlink()


def test_what_is_written_over_a_learners_file_by_mistake_can_be_brought_back(
    tutor: Tutor, home: Path
) -> None:
    mine = Path(tutor("start", "doubling").out.strip())
    notes = mine.with_name("notes.md")
    for number, (file, words) in enumerate(
        [
            (mine, ["export", str(mine)]),
            (mine, ["export", "--as", "csv", str(mine)]),
            (mine, ["progress", "--svg", str(mine)]),
            (notes, ["prompts", "first", "--pack", str(notes)]),
        ]
    ):
        file.write_text(f"work {number}\n")
        assert tutor(*words).code == 0
        assert file.read_text() != f"work {number}\n"
        newest = tutor("backups", "--json").json["backups"][0]
        assert (newest["number"], newest["file"]) == (1, file.name)
        assert Path(newest["path"]).read_text() == f"work {number}\n"
    kept = [one for one in tutor("backups", "--json").json["backups"] if one["file"] == mine.name]
    assert tutor("backups", "restore", str(kept[0]["number"])).code == 0
    assert mine.read_text() == "work 2\n"


def test_a_damaged_database_and_one_of_a_newer_version_are_told_in_one_line(tutor: Tutor, home: Path) -> None:
    tutor("start", "doubling")
    database = home / "progress.db"
    database.write_bytes(b"no database" * 1000)
    told = tutor("progress", "--json")
    assert told.code == 0
    assert told.json["schema"] == "tutor.progress/1"
    (line,) = told.err.splitlines()
    assert "was damaged and is kept as" in line
    assert "restored from the backup" in line
    with closing(sqlite3.connect(database)) as newer:
        newer.execute("PRAGMA user_version = 99")
    before = database.read_bytes()
    refused = tutor("progress")
    assert refused.code == 3
    told, *place = refused.err.splitlines()
    assert "written by a newer tutor" in told
    assert [line.split(":")[0].strip() for line in place] == ["where", "next"]
    assert database.read_bytes() == before


@pytest.mark.parametrize("bad", [b"\x7fELF" * 100, b'{"schema": "tutor.events/1"}\n"a text"\n', b""])
def test_what_is_no_export_is_refused_in_one_line(tutor: Tutor, tmp_path: Path, bad: bytes) -> None:
    (tmp_path / "bad").write_bytes(bad)
    refused = tutor("import", str(tmp_path / "bad"))
    assert refused.code == 2
    told, *place = refused.err.splitlines()
    assert told.startswith("tutor: ")
    assert [line.split(":")[0].strip() for line in place] == ["where", "next"]
