"""Files are opened without waiting, whatever stands at their path."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tutor.ordinary import NotOrdinary, open_ordinary


def test_a_link_is_followed_unless_that_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"text")
    (tmp_path / "link").symlink_to("file")
    for path, follow in ((tmp_path / "link", True), (tmp_path / "file", False)):
        with open_ordinary(path, follow=follow) as file:
            assert file.read() == b"text"
    with pytest.raises(OSError, match=os.strerror(errno.ELOOP)):
        open_ordinary(tmp_path / "link", follow=False)


@pytest.mark.parametrize("follow", [True, False])
def test_a_pipe_is_not_waited_for_and_a_folder_is_no_file(tmp_path: Path, follow: bool) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotOrdinary):
        open_ordinary(tmp_path / "pipe", follow=follow)
    with pytest.raises(IsADirectoryError):
        open_ordinary(tmp_path, follow=follow)
