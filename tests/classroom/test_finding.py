"""Each usual shape of a class's submissions gives the right students and exercises."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.classroom.conftest import RIGHT, Files, zipped
from tutor.classroom.archives import Archives
from tutor.classroom.finding import Finding, find_submissions
from tutor.course import Content
from tutor.errors import UsageProblem

Write = Callable[[Files], Path]

METADATA = b"""---
submission_11:
  :submitters:
  - :name: Ada Lovelace
    :sid: '7'
    :email: ada@example.org
  :created_at: 2026-01-01 10:00:00.000000000 Z
  :odd: !ruby/object:Thing {a: 1}
submission_12:
  :submitters:
  - {':name': Bob, ':sid': '8'}
  - {':name': Eve, ':sid': '9'}
"""

SHAPES: dict[str, tuple[dict[str, bytes], list[tuple[str, str]]]] = {
    "a folder for each student": (
        {"ada/doubling.py": RIGHT, "bob/Doubling.py": RIGHT, "bob/notes.txt": b"hi"},
        [("ada", ""), ("bob", "")],
    ),
    "a folder for each exercise": (
        {"doubling/ada.py": RIGHT, "doubling/bob/solution.py": RIGHT},
        [("ada", ""), ("bob", "")],
    ),
    "files beside each other": (
        {"ada_doubling.py": RIGHT, "bob-doubling.py": RIGHT},
        [("ada", ""), ("bob", "")],
    ),
    "names in any script": (
        {"Øyvind/doubling.py": RIGHT, "李雷/doubling.py": RIGHT, "محمد/doubling.py": RIGHT},
        [("Øyvind", ""), ("محمد", ""), ("李雷", "")],
    ),
    "Moodle": (
        {
            "Ada Lovelace_123_assignsubmission_file_/doubling.py": RIGHT,
            "Bob_124_assignsubmission_file_doubling.py": RIGHT,
        },
        [("Ada Lovelace", "123"), ("Bob", "124")],
    ),
    "Canvas": (
        {"lovelaceada_123_4567_doubling.py": RIGHT, "smithbob_LATE_124_4568_doubling-1.py": RIGHT},
        [("lovelaceada", "123"), ("smithbob", "124")],
    ),
    "Blackboard": (
        {"Doubling_ada1_attempt_2026-01-02-10-11-12_doubling.py": RIGHT},
        [("ada1", "")],
    ),
    "Gradescope": (
        {
            "assignment_5_export/submission_metadata.yml": METADATA,
            "assignment_5_export/submission_11/doubling.py": RIGHT,
            "assignment_5_export/submission_12/doubling.py": RIGHT,
            "assignment_5_export/submission_13/doubling.py": RIGHT,
        },
        [("Ada Lovelace", "7"), ("Bob & Eve", "8"), ("submission_13", "13")],
    ),
    "GitHub Classroom": (
        {
            "hw-doubling-submissions/hw-doubling-ada/solution.py": RIGHT,
            "hw-doubling-submissions/hw-doubling-bob-2/src/doubling.py": RIGHT,
            "hw-doubling-submissions/hw-doubling-bob-2/tests/test_doubling.py": b"import pytest\n",
        },
        [("hw-doubling-ada", ""), ("hw-doubling-bob-2", "")],
    ),
}


def find(where: Path, content: Content, exercise: str = "") -> Finding:
    return find_submissions(where, content, Archives(), exercise)


@pytest.mark.parametrize("shape", [name for name in SHAPES if name != "GitHub Classroom"])
def test_each_shape_is_understood_as_a_folder_and_as_a_zip_file(
    shape: str, content: Content, handed_in: Write, tmp_path: Path
) -> None:
    files, students = SHAPES[shape]
    for where in (handed_in(files), zipped(tmp_path / "export.zip", files)):
        found = find(where, content).submissions
        assert [(one.student, one.number) for one in found] == students
        assert {one.exercise for one in found} == {"doubling"}
        assert all(one.place is not None and one.place.read().data == RIGHT for one in found)


def test_github_classroom_folders_are_called_after_the_students(content: Content, handed_in: Write) -> None:
    files, _ = SHAPES["GitHub Classroom"]
    folder = handed_in(files) / "hw-doubling-submissions"
    found = find(folder, content)
    assert [(one.student, one.exercise) for one in found.submissions] == [
        ("ada", "doubling"),
        ("bob-2", "doubling"),
    ]
    assert len(found.aside) == 1


def test_clones_are_known_by_their_git_folders(content: Content, handed_in: Write) -> None:
    folder = handed_in(
        {f"hw3-{name}/{at}": RIGHT for name in ("ada", "bob") for at in (".git/HEAD", "doubling.py")}
    )
    assert [one.student for one in find(folder, content).submissions] == ["ada", "bob"]


def test_a_manifest_says_who_and_what(content: Content, handed_in: Write) -> None:
    text = "student,file,exercise\nAda,one.py,doubling\nBob,two.py,\nEve,../up.py,doubling\nZoe,gone.py,doubling\n"
    folder = handed_in({"manifest.csv": text.encode(), "one.py": b"", "two.py": RIGHT})
    for where in (folder, folder / "manifest.csv"):
        ada, bob, eve, zoe = find(where, content).submissions
        assert (ada.exercise, bob.exercise) == ("doubling", "doubling")
        assert ada.place is not None
        assert "path traversal" in eve.reason
        assert "no such file" in zoe.reason


def test_a_manifest_that_is_no_csv_is_told_with_its_line(content: Content, handed_in: Write) -> None:
    folder = handed_in({"manifest.csv": b"student,file\nAda," + b"a" * 200_000 + b"\n"})
    with pytest.raises(UsageProblem, match=r"manifest\.csv:1: This is no CSV"):
        find(folder, content)


def test_a_manifest_without_its_columns_is_refused(content: Content, handed_in: Write) -> None:
    with pytest.raises(UsageProblem, match="columns student and file"):
        find(handed_in({"manifest.csv": b"name,path\n"}), content)


def test_what_a_file_defines_tells_its_exercise_where_its_name_does_not(
    content: Content, handed_in: Write
) -> None:
    folder = handed_in({"ada/main.py": RIGHT, "bob/main.py": b"print('hello')\n"})
    ada, bob = find(folder, content).submissions
    assert (ada.exercise, ada.reason) == ("doubling", "")
    assert "says no exercise" in bob.reason


def test_every_student_has_a_row_with_its_reason(content: Content, handed_in: Write) -> None:
    folder = handed_in({
        "ada/doubling.py": RIGHT,
        "bob/readme.md": b"",
        "cem/doubling.ipynb": b"{}",
        "dee/all.tar.gz": b"",
        "eve.zip": b"nonsense",
    })  # fmt: skip
    (folder / "fay").mkdir()
    os.symlink("/etc/passwd", folder / "ada" / "link.py")
    os.symlink("/etc", folder / "gil")
    os.mkfifo(folder / "ada" / "pipe.py")
    zipped(folder / "hal.zip", {"../doubling.py": RIGHT, "doubling.py": RIGHT})
    rows = {one.file: one.reason for one in find(folder, content).submissions}
    assert rows == {
        "ada/doubling.py": "",
        "ada/link.py": "A link, not a file: not followed.",
        "ada/pipe.py": "A special file (a pipe, a socket or a device): not opened.",
        "bob/readme.md": "There is no Python file.",
        "cem/doubling.ipynb": "A notebook, not a Python file: hand in a .py file.",
        "dee/all.tar.gz": "An archive of a kind that is not opened: hand in a .zip or a .py file.",
        "eve.zip": "No zip file, or a damaged one.",
        "fay": "There is no Python file.",
        "gil": "A link, not a file: not followed.",
        "hal.zip/doubling.py": rows["hal.zip/doubling.py"],
    }  # two entries of that name: the traversal's and the good one's
    assert len(find(folder, content).submissions) == 11


def test_a_notebook_or_another_archive_beside_other_files_is_somebodys_too(
    content: Content, handed_in: Write
) -> None:
    folder = handed_in({
        "ada-doubling.py": RIGHT,
        "bob-doubling.ipynb": b"{}",
        "cem.tar.gz": b"",
        "dee.7z": b"",
        "README.md": b"a note of the instructor's",
    })  # fmt: skip
    rows = {one.student: one.reason for one in find(folder, content).submissions}
    assert rows == {
        "ada": "",
        "bob": "A notebook, not a Python file: hand in a .py file.",
        "cem": "An archive of a kind that is not opened: hand in a .zip or a .py file.",
        "dee": "An archive of a kind that is not opened: hand in a .zip or a .py file.",
    }


def test_a_named_exercise_makes_any_name_good(content: Content, handed_in: Write) -> None:
    found = find(handed_in({"ada.py": b"x = 1\n", "bob/whatever.py": b""}), content, "doubling")
    assert [(one.student, one.exercise, one.reason) for one in found.submissions] == [
        ("ada", "doubling", ""),
        ("bob", "doubling", ""),
    ]


def test_a_folder_that_is_said_to_be_one_students_is_that_students(
    content: Content, handed_in: Write
) -> None:
    folder = handed_in({"src/doubling.py": RIGHT, "docs/notes.md": b"", "tests/test_doubling.py": b""})
    found = find_submissions(folder, content, Archives(), student="ada")
    assert [(one.student, one.file) for one in found.submissions] == [("ada", "src/doubling.py")]


def test_an_empty_folder_and_a_missing_one_are_said_to_be_so(content: Content, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name, says in (("empty", "no submissions"), ("missing", "no such folder")):
        with pytest.raises(UsageProblem, match=says):
            find(tmp_path / name, content)
