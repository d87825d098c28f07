"""Groups of the kernel: made where they may be made, refused with a reason elsewhere, and never left behind."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tutor.sandbox import cgroups
from tutor.sandbox.cgroups import Group
from tutor.sandbox.confinement.kernel import Unavailable


def test_the_own_folder_is_read_from_the_kernels_tables(tmp_path: Path) -> None:
    (tmp_path / "cgroup").write_text("4:memory:/a\n0::/user.slice/session.scope\n")
    (tmp_path / "mountinfo").write_text(
        "30 20 0:26 / /proc rw - proc proc rw\n31 20 0:27 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n"
    )
    assert cgroups.own_folder(tmp_path) == Path("/sys/fs/cgroup/user.slice/session.scope")


def test_a_machine_without_the_second_version_says_so(tmp_path: Path) -> None:
    (tmp_path / "cgroup").write_text("4:memory:/a\n")
    (tmp_path / "mountinfo").write_text("30 20 0:26 / /proc rw - proc proc rw\n")
    with pytest.raises(Unavailable, match="not mounted"):
        cgroups.own_folder(tmp_path)


@pytest.mark.parametrize(
    ("controllers", "may"), [("cpu memory pids", True), ("cpu pids", False), ("", False), (None, False)]
)
def test_a_folder_hands_down_only_with_both_controllers(
    tmp_path: Path, controllers: str | None, may: bool
) -> None:
    (tmp_path / "cgroup.procs").touch()
    if controllers is not None:
        (tmp_path / "cgroup.subtree_control").write_text(controllers)
    assert cgroups._hands_down(tmp_path) is may


def test_a_group_that_can_not_be_limited_is_refused_and_not_left_behind(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="ENOENT"):  # a plain folder has no memory.max
        Group.create(1 << 20, parent=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("events", "ran_out"),
    [
        ("low 0\noom 1\noom_kill 1\n", True),
        ("low 0\noom 1\noom_kill 0\n", False),
        ("garbled", False),
        (None, False),
    ],
)
def test_the_kernels_account_says_whether_memory_ran_out(
    tmp_path: Path, events: str | None, ran_out: bool
) -> None:
    if events is not None:
        (tmp_path / "memory.events").write_text(events)
    assert Group(tmp_path).ran_out_of_memory is ran_out


def test_empty_groups_of_ended_programs_are_removed_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    for name in (f"tutor-{ended.pid}-1", f"tutor-{os.getpid()}-1", "somebody-else"):
        (tmp_path / name).mkdir()
    cgroups.tidy(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {f"tutor-{os.getpid()}-1", "somebody-else"}


def test_the_end_of_a_group_is_the_end_of_everything_in_it() -> None:
    try:
        folder = cgroups.own_folder() / f"tutor-{os.getpid()}-test"
        folder.mkdir()
    except (Unavailable, OSError) as problem:
        pytest.skip(f"no group can be made here: {problem}")
    group = Group(folder)
    shell = subprocess.Popen(["sh", "-c", "read go; sleep 60 & sleep 60"], stdin=subprocess.PIPE)
    try:
        group.add(shell.pid)
        assert shell.stdin is not None
        shell.stdin.write(b"go\n")
        shell.stdin.close()
        group.end()
        assert shell.wait(5) == -9
        group.end()
        assert not folder.exists()
    finally:
        shell.kill()


def test_the_probe_answers_in_the_words_of_the_other_layers() -> None:
    state = cgroups.probe()
    assert state == "active" or state.startswith("unavailable: ")
