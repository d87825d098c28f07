"""Bringing a course here from a folder, a ZIP archive or a git repository. Nothing of it is run."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from tutor.course.library.copying import LARGEST_FILE, Budget, copy_course, course_in
from tutor.course.names import printable, without_controls
from tutor.errors import EnvironmentProblem, TutorProblem, UsageProblem

GIT_SECONDS = 300
_REMOTE = re.compile(r"(https?|ssh|git|file)://.+|[\w.-]+@[\w.-]+:.+")


@contextmanager
def bring(source: str) -> Iterator[Path]:
    """A fresh folder with a copy of the course's files, for as long as the context lasts.

    Args:
        source: a folder, a ``.zip``, or what ``git clone`` takes.

    Raises:
        UsageProblem: there is no course, or something in it that a course has no need of.
        EnvironmentProblem: git is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="tutor-course-") as room:
        raw, clean = Path(room, "raw"), Path(room, "course")
        raw.mkdir()
        clean.mkdir()
        copy_course(course_in(_unpacked(source, raw), source), clean, source)
        yield clean


def _unpacked(source: str, room: Path) -> Path:
    path = Path(source).expanduser()
    if path.is_dir():
        return path
    if path.is_file():
        _unzip(path, room)
        return room
    if _REMOTE.fullmatch(source):
        return _clone(source, room)
    raise UsageProblem(
        "There is nothing of that name.",
        where=printable(source),
        next_step="Name a folder, a ZIP file, or the address of a git repository.",
    )


def _unzip(archive: Path, room: Path) -> None:
    """Writes the members of an archive below ``room``, whatever their names say."""
    budget = Budget(str(archive))
    try:
        with zipfile.ZipFile(archive) as packed:
            seen: set[str] = set()
            for member in packed.infolist():
                name = _safe_name(archive, member)
                if member.filename.endswith("/"):
                    continue
                if name.lower() in seen:
                    raise _bad_member(archive, member, "it stands there twice")
                seen.add(name.lower())
                with packed.open(member) as file:
                    data = file.read(LARGEST_FILE + 1)  # whatever size the archive claims
                budget.take(name, len(data))
                place = room / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(data)
    except TutorProblem:
        raise
    except Exception as error:  # whatever a damaged archive makes Python's decompressors raise
        raise UsageProblem(
            f"This is no ZIP archive that can be read: {without_controls(str(error))[:100]}.",
            where=str(archive),
            next_step="Pack the course's folders anew, without a password.",
        ) from None


def _safe_name(archive: Path, member: zipfile.ZipInfo) -> str:
    """The member's name. Raises UsageProblem where it leads out of the folder, or is no plain file."""
    name = PurePosixPath(member.filename.replace("\\", "/"))
    if not name.parts or name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
        raise _bad_member(archive, member, "its name leads elsewhere")
    if any(len(part) > 200 for part in name.parts) or not str(name).isprintable():
        raise _bad_member(archive, member, "its name is no name of a course's file")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _bad_member(archive, member, "it is a link or a special file")
    return str(name)


def _bad_member(archive: Path, member: zipfile.ZipInfo, why: str) -> UsageProblem:
    return UsageProblem(
        f"The archive holds '{printable(member.filename)}', and {why}. Nothing was unpacked.",
        where=str(archive),
    )


def _clone(address: str, room: Path) -> Path:
    """The newest state of a repository, without its history, submodules, links and large-file filters."""
    git = shutil.which("git")
    if git is None:
        raise EnvironmentProblem(
            "git is not installed.",
            where=printable(address),
            next_step="Install it, or download a ZIP instead.",
        )
    settings = ("protocol.ext.allow=never", "core.symlinks=false", "core.hooksPath=/dev/null")
    options = [part for setting in settings for part in ("-c", setting)]
    command = [
        git,
        *options,
        "clone",
        "--quiet",
        "--depth",
        "1",
        "--no-tags",
        "--",
        address,
        str(room / "clone"),
    ]
    environment = {
        **os.environ,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_ASKPASS": "true",
    }
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environment,
            timeout=GIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UsageProblem(f"git took longer than {GIT_SECONDS} seconds.", where=printable(address)) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"]
        raise UsageProblem(
            f"git could not bring it: {without_controls(said[-1])[:200]}.",
            where=printable(address),
            next_step="Check the address and the network.",
        )
    return room / "clone"
