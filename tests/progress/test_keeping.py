"""Whatever takes the place of a learner's file, the file is in the backups first."""

from __future__ import annotations

import os

import pytest

from tests.progress.world import NOON
from tutor.errors import EnvironmentProblem, UsageProblem
from tutor.progress import practice, workspace
from tutor.progress.keeping import backups, replace_kept, write_output


@pytest.fixture
def mine(store, content):
    """The learner's file, with work in it."""
    path = workspace.start_exercise(store, content.exercise("per-row-scales"))
    path.write_bytes(b"my work")
    return path


def kept(home):
    return [one.path.read_bytes() for one in backups(home)]


WAYS = {
    "reset": lambda store, one, path: workspace.start_exercise(store, one, reset=True),
    "practice": lambda store, one, path: practice.practise(store, one),
    "a save over what another program wrote": lambda store, one, path: workspace.save(
        store, one, b"typed", over=b"what was read before"
    ),
    "an output": lambda store, one, path: write_output(path, b"<svg/>", store.home),
    "an output by another way to the same place": lambda store, one, path: write_output(
        path.parent / ".." / path.parent.name / path.name, b"<svg/>", store.home
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_each_way_to_replace_it_keeps_it(store, home, content, mine, way):
    exercise = content.exercise("per-row-scales")
    WAYS[way](store, exercise, mine)
    assert mine.read_bytes() != b"my work"
    assert kept(home) == [b"my work"]
    workspace.restore(store, exercise, backups(home)[0])
    assert mine.read_bytes() == b"my work"


@pytest.mark.parametrize("way", WAYS)
def test_none_replaces_it_when_it_cannot_be_kept(store, home, content, mine, way):
    folder = home / "backups"
    folder.rename(home / "elsewhere")
    folder.write_text("a file in the way")
    with pytest.raises(EnvironmentProblem):
        WAYS[way](store, content.exercise("per-row-scales"), mine)
    assert mine.read_bytes() == b"my work"


def test_a_restore_keeps_what_it_replaces(store, home, content, mine):
    exercise = content.exercise("per-row-scales")
    workspace.start_exercise(store, exercise, reset=True)
    mine.write_bytes(b"newer work")
    workspace.restore(store, exercise, backups(home)[0])
    assert sorted(kept(home)) == [b"my work", b"newer work"]


def test_no_file_is_begun_where_a_courses_next_version_would_replace_it(store, home, content):
    place = home / "courses" / "tiny" / "exercises"
    with pytest.raises(UsageProblem, match="next version"):
        workspace.start_exercise(store, content.exercise("per-row-scales"), place)
    assert not place.exists()


def test_backups_of_one_moment_are_all_kept(home, tmp_path):
    file = tmp_path / "mine.py"
    for number in range(4):  # a clock that stands still
        file.write_bytes(b"work %d" % number)
        replace_kept(home, file, b"stub", NOON)
    assert sorted(kept(home)) == [b"work 0", b"work 1", b"work 2", b"work 3"]


@pytest.mark.parametrize("name", ["mine.py", "book.ipynb"])
def test_an_output_over_code_outside_the_work_folder_keeps_it(home, tmp_path, name):
    (tmp_path / name).write_bytes(b"my work")
    write_output(tmp_path / name, b"output", home)
    assert kept(home) == [b"my work"]
    assert backups(home)[0].file_name == name


def test_an_output_over_an_older_one_leaves_no_backup(home, tmp_path):
    for number in range(3):
        write_output(tmp_path / "book.csv", b"%d" % number, home)
    assert (tmp_path / "book.csv").read_bytes() == b"2"
    assert kept(home) == []


def test_an_output_through_a_link_into_the_work_folder_keeps_what_it_points_at(home, tmp_path, mine):
    notes = mine.with_name("notes.txt")
    notes.write_bytes(b"my notes")
    os.symlink(notes, tmp_path / "out.txt")
    write_output(tmp_path / "out.txt", b"output", home)
    assert kept(home) == [b"my notes"]
