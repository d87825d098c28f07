"""``tutor backups``: listed, restored, and never a version lost."""

from __future__ import annotations

from pathlib import Path

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
