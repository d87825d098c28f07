"""The learner's files are never overwritten, and never lost."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tutor.errors import EnvironmentProblem, UsageProblem
from tutor.progress import workspace
from tutor.progress.files import write_atomically


@pytest.fixture
def exercise(content):
    return content.exercise("per-row-scales")


def test_the_stub_and_a_note_for_coding_assistants_are_written(store, home, exercise):
    path = workspace.start_exercise(store, exercise)
    assert path == home / "work" / "per_row_scales.py"
    assert path.read_bytes() == exercise.stub.read_bytes()
    note = (path.parent / "AGENTS.md").read_text()
    assert "hints" in note
    assert "never the solution" in note
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~current_umask()
    assert not list(path.parent.glob(".*"))


def current_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_starting_again_leaves_the_file_and_the_note_as_they_are(store, exercise):
    path = workspace.start_exercise(store, exercise)
    path.write_text("my work")
    (path.parent / "AGENTS.md").write_text("my own rules")
    assert workspace.start_exercise(store, exercise) == path
    assert path.read_text() == "my work"
    assert (path.parent / "AGENTS.md").read_text() == "my own rules"
    assert len(store.events("started", "per-row-scales")) == 1


def test_a_reset_keeps_a_backup_that_can_be_restored(store, home, exercise, clock):
    path = workspace.start_exercise(store, exercise)
    path.write_bytes(b"first try\r\n")
    workspace.start_exercise(store, exercise, reset=True)
    assert path.read_bytes() == exercise.stub.read_bytes()
    clock.turn(hours=1)
    path.write_bytes(b"second try")
    workspace.start_exercise(store, exercise, reset=True)
    newest, oldest = workspace.backups(home)
    assert (newest.number, oldest.number) == (1, 2)
    assert (newest.path.read_bytes(), oldest.path.read_bytes()) == (b"second try", b"first try\r\n")
    assert newest.file_name == "per_row_scales.py"
    path.write_bytes(b"third try")
    workspace.restore(store, exercise, oldest)
    assert path.read_bytes() == b"first try\r\n"
    assert workspace.backups(home)[0].path.read_bytes() == b"third try"


def test_resetting_an_untouched_stub_makes_no_backup(store, home, exercise):
    workspace.start_exercise(store, exercise)
    workspace.start_exercise(store, exercise, reset=True)
    assert workspace.backups(home) == []


def test_the_folder_named_once_is_found_again(store, tmp_path, exercise, monkeypatch):
    monkeypatch.chdir(tmp_path)
    from pathlib import Path

    path = workspace.start_exercise(store, exercise, Path("mine"))
    assert path == tmp_path / "mine" / "per_row_scales.py"
    assert workspace.solution_path(store, exercise) == path
    assert workspace.start_exercise(store, exercise) == path


def test_before_a_start_the_solution_is_where_it_would_be(store, home, exercise):
    assert workspace.solution_path(store, exercise) == home / "work" / "per_row_scales.py"


def test_a_reset_through_a_link_changes_the_file_and_keeps_the_link(store, tmp_path, exercise):
    real = tmp_path / "real.py"
    real.write_text("mine")
    (tmp_path / "work").mkdir()
    link = tmp_path / "work" / "per_row_scales.py"
    link.symlink_to(real)
    workspace.start_exercise(store, exercise, tmp_path / "work", reset=True)
    assert link.is_symlink()
    assert real.read_bytes() == exercise.stub.read_bytes()


def test_a_file_in_place_of_the_folder_is_told(store, tmp_path, exercise):
    (tmp_path / "mine").write_text("a file")
    with pytest.raises(EnvironmentProblem, match="A file stands where a folder is needed") as caught:
        workspace.start_exercise(store, exercise, tmp_path / "mine")
    assert str(tmp_path / "mine") in str(caught.value)
    with pytest.raises(EnvironmentProblem, match="A file stands where a folder is needed"):
        workspace.start_exercise(store, exercise, tmp_path / "mine" / "below")
    assert (tmp_path / "mine").read_text() == "a file"
    assert store.events("started") == []


def test_a_folder_in_place_of_the_file_is_told(store, tmp_path, exercise):
    (tmp_path / "per_row_scales.py").mkdir()
    with pytest.raises(EnvironmentProblem, match="A folder stands"):
        workspace.start_exercise(store, exercise, tmp_path)


def test_a_reset_that_cannot_write_its_backup_changes_nothing(store, home, exercise):
    path = workspace.start_exercise(store, exercise)
    path.write_text("my work")
    (home / "backups").rename(home / "elsewhere") if (home / "backups").exists() else None
    (home / "backups").write_text("a file in the way")
    with pytest.raises(EnvironmentProblem):
        workspace.start_exercise(store, exercise, reset=True)
    assert path.read_text() == "my work"


def test_the_diff_shows_what_was_written_and_no_line_endings(store, exercise):
    path = workspace.start_exercise(store, exercise)
    assert workspace.diff_against_stub(store, exercise) == ""
    path.write_bytes(
        exercise.stub.read_bytes().replace(b"\n", b"\r\n").replace(b"raise NotImplementedError", b"return W")
    )
    diff = workspace.diff_against_stub(store, exercise)
    assert "-    raise NotImplementedError\n" in diff
    assert "+    return W\n" in diff
    assert sum(line.startswith(("+", "-")) for line in diff.splitlines()) == 4  # two of them file names


def test_the_diff_of_what_was_never_started_says_how_to_start(store, exercise):
    with pytest.raises(UsageProblem, match="not started") as caught:
        workspace.diff_against_stub(store, exercise)
    assert caught.value.next_step == "Run: tutor start per-row-scales"


def test_a_pipe_or_a_device_is_never_replaced_by_a_file(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(EnvironmentProblem, match="no file that can be replaced"):
        write_atomically(pipe, b"x")
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert list(tmp_path.iterdir()) == [pipe]


def test_a_folder_is_never_replaced_by_a_file_whatever_it_is_called(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in (Path("."), Path("/"), tmp_path):
        with pytest.raises(EnvironmentProblem, match="A folder stands where a file is needed"):
            write_atomically(folder, b"x")
    assert list(tmp_path.iterdir()) == []
