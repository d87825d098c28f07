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


def test_a_few_files_are_removed_at_once_and_the_rest_with_the_room(tmp_path: Path) -> None:
    few, many = tmp_path / "few", tmp_path / "many"
    for folder, count in ((few, 3), (many, 3 * scratch.MANY_FILES)):
        folder.mkdir()
        for number in range(count):
            (folder / str(number)).touch()

        scratch.remove_quickly(folder)

    assert not few.exists()
    assert len(list(many.iterdir())) == 2 * scratch.MANY_FILES


def test_what_is_not_there_is_removed_already(tmp_path: Path) -> None:
    scratch.remove(tmp_path / "nothing")


def test_room_is_removed_with_what_it_holds() -> None:
    with scratch.scratch_room() as room:
        (Path(room) / "file").touch()

    assert not os.path.exists(room)


def test_a_folder_holds_more_once_its_bytes_or_its_entries_do(tmp_path: Path) -> None:
    (tmp_path / "deep/deeper").mkdir(parents=True)
    (tmp_path / "deep/deeper/file").write_bytes(b"x" * 100_000)

    assert not scratch.holds_more(tmp_path, size=1 << 20, files=3)
    assert scratch.holds_more(tmp_path, size=50_000, files=3)
    assert scratch.holds_more(tmp_path, size=1 << 20, files=2)


def test_a_folder_that_is_gone_holds_nothing_and_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/usr")

    assert not scratch.holds_more(tmp_path / "gone", size=0, files=0)
    assert not scratch.holds_more(tmp_path, size=1 << 16, files=1)
