"""Scratch folders are removed, whatever a submission made of them, and nothing else is."""

from __future__ import annotations

import os
from pathlib import Path

from tutor.sandbox import scratch


def test_nested_and_closed_folders_are_removed_and_no_link_is_followed(tmp_path: Path) -> None:
    others = tmp_path / "others"
    others.mkdir(mode=0o500)
    room = tmp_path / "room"
    (room / "closed" / "inner").mkdir(parents=True)
    (room / "closed").chmod(0)
    (room / "link").symlink_to(others)
    here = os.open(".", os.O_RDONLY)
    os.chdir(room)
    for _ in range(1500):
        os.mkdir("d")
        os.chdir("d")
    Path("file").touch(mode=0)
    os.fchdir(here)
    os.close(here)

    scratch.remove(room)

    assert not room.exists()
    assert others.stat().st_mode & 0o777 == 0o500


def test_what_is_not_there_is_removed_already(tmp_path: Path) -> None:
    scratch.remove(tmp_path / "nothing")


def test_room_is_removed_with_what_it_holds() -> None:
    with scratch.scratch_room() as room:
        (Path(room) / "file").touch()

    assert not os.path.exists(room)
