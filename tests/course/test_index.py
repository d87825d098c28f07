"""The index saves reading what did not change, and can never make anything worse."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import tutor.course.loader as loader
from tests.course.conftest import Course
from tutor.course import load_content
from tutor.course.index import index_file
from tutor.course.summaries import read_summary
from tutor.errors import ContentProblem


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """The folder that keeps the index."""
    return tmp_path / "cache"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the content files that were opened, as they are opened."""
    names: list[str] = []

    def read(path: Path) -> dict[str, object]:
        names.append(path.name)
        return read_summary(path)

    monkeypatch.setattr(loader, "_read", read)
    return names


def test_a_second_start_opens_no_file(course: Course, index: Path, opened: list[str]) -> None:
    first = load_content(course.root, index=index)
    assert sorted(opened) == ["course.yaml", "exercise.yaml", "lesson.yaml", "prompts.yaml", "quiz.yaml"]
    opened.clear()
    assert load_content(course.root, index=index) == first
    assert opened == []


def test_only_what_changed_is_opened(course: Course, index: Path, opened: list[str]) -> None:
    load_content(course.root, index=index)
    opened.clear()
    course.edit("lessons/01-bits/lesson.yaml", "title: Bits", "title: Bits and bytes")
    assert load_content(course.root, index=index).lesson("bits").title == "Bits and bytes"
    assert opened == ["lesson.yaml"]


def test_a_change_that_keeps_the_size_is_noticed_by_its_time(course: Course, index: Path) -> None:
    load_content(course.root, index=index)
    course.edit("lessons/01-bits/lesson.yaml", "title: Bits", "title: Bats")
    assert load_content(course.root, index=index).lesson("bits").title == "Bats"


def test_a_file_written_just_now_is_opened_again(course: Course, index: Path, opened: list[str]) -> None:
    file = course.path("lessons/01-bits/lesson.yaml")
    os.utime(file)
    load_content(course.root, index=index)
    opened.clear()
    load_content(course.root, index=index)
    assert opened == ["lesson.yaml"]


def test_new_and_removed_files_are_noticed(course: Course, index: Path) -> None:
    load_content(course.root, index=index)
    course.add_lesson("02-scales", "scales")
    course.path("lessons/01-bits/quiz.yaml").unlink()
    content = load_content(course.root, index=index)
    assert [lesson.id for lesson in content.lessons] == ["bits", "scales"]
    assert content.lesson("bits").items == ()


def test_a_broken_file_is_told_at_every_start(course: Course, index: Path) -> None:
    load_content(course.root, index=index)
    course.edit("lessons/01-bits/lesson.yaml", "title: Bits", "titel: Bits")
    for _ in range(2):
        with pytest.raises(ContentProblem, match="titel"):
            load_content(course.root, index=index)


def test_a_relation_that_broke_is_told_although_no_file_of_it_changed(course: Course, index: Path) -> None:
    course.add_exercise("second", order=2, requires="[absmax]")
    load_content(course.root, index=index)
    course.path("exercises/absmax/exercise.yaml").unlink()
    course.path("exercises/absmax/stub.py").unlink()
    course.path("exercises/absmax/example.py").unlink()
    with pytest.raises(ContentProblem, match="no exercise 'absmax'"):
        load_content(course.root, index=index)


@pytest.mark.parametrize("damage", ["empty", "cut", "changed", "binary", "other json", "folder"])
def test_a_damaged_index_is_ignored_and_mended(
    course: Course, index: Path, opened: list[str], damage: str
) -> None:
    load_content(course.root, index=index)
    file = index_file(course.folder, index)
    whole = file.read_bytes()
    file.unlink()
    if damage == "folder":
        file.mkdir()
    else:
        damaged = {
            "empty": b"",
            "cut": whole[: len(whole) // 2],
            "changed": whole.replace(b"Bits", b"Bats"),
            "binary": os.urandom(200),
            "other json": b'{"files": []}',
        }
        file.write_bytes(damaged[damage])
    opened.clear()
    assert load_content(course.root, index=index).lesson("bits").title == "Bits"
    assert len(opened) == 5
    if damage != "folder":
        assert file.read_bytes() == whole


def test_an_index_of_another_course_is_ignored(course: Course, index: Path, tmp_path: Path) -> None:
    load_content(course.root, index=index)
    other = Course(tmp_path / "other")
    course.folder.rename(other.folder)
    index_file(course.folder, index).rename(index_file(other.folder, index))
    lesson = other.path("lessons/01-bits/lesson.yaml")
    stamp = lesson.stat().st_mtime_ns
    other.edit("lessons/01-bits/lesson.yaml", "title: Bits", "title: Bats")
    os.utime(lesson, ns=(stamp, stamp))
    assert load_content(other.root, index=index).lesson("bits").title == "Bats"


def test_an_index_that_cannot_be_written_is_no_problem(course: Course, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    content = load_content(course.root, index=tmp_path / "file")
    assert content.lesson("bits").title == "Bits"
    assert load_content(course.root, index=Path("/proc/tutor")).id == "tiny"


def test_nothing_is_left_beside_the_index(course: Course, index: Path) -> None:
    load_content(course.root, index=index)
    assert list(index.iterdir()) == [index_file(course.folder, index)]


def test_an_unchanged_course_does_not_write_the_index_again(course: Course, index: Path) -> None:
    load_content(course.root, index=index)
    before = index_file(course.folder, index).stat()
    load_content(course.root, index=index)
    after = index_file(course.folder, index).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_each_course_has_an_index_of_its_own_in_the_tutors_home(course: Course, home: Path) -> None:
    load_content(course.root)
    assert index_file(course.folder).is_file()
    assert index_file(course.folder).is_relative_to(home)
    assert index_file(course.folder) != index_file(course.folder / "other")
