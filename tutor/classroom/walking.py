"""Everything that was handed in, as paths: folders are walked, archives opened as if they were folders."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tutor.classroom.archives import Archives, Chain, Unreadable
from tutor.classroom.places import InArchive, InFolder, Place
from tutor.errors import EnvironmentProblem

ARCHIVE = ".zip"
MAX_DEPTH = 12
IGNORED = frozenset({
    ".git", ".hg", ".svn", ".github", ".venv", "venv", "node_modules", "__pycache__", "__MACOSX", ".DS_Store",
    ".ipynb_checkpoints", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".idea", ".vscode", "Thumbs.db",
})  # fmt: skip
"""What version control, editors and systems leave in a folder."""


@dataclass(frozen=True)
class Entry:
    """One file, at ``parts`` below what is graded. Without a ``place`` it can't be read: ``reason`` says why.

    With neither it is an empty folder.
    """

    parts: tuple[str, ...]
    place: Place | None = None
    reason: str = ""

    @property
    def name(self) -> str:
        """The file's name, without its folders."""
        return self.parts[-1]


def walk(root: Path, archives: Archives) -> Iterator[Entry]:
    """Every file below a folder, or in a zip file, in the order of names. Links are told, never followed.

    Raises:
        EnvironmentProblem: the folder itself can't be read.
    """
    if root.is_dir():
        yield from _folder(root, (), archives)
    else:
        archives.trust((str(root),))
        yield from _archive((str(root),), (), archives)


def _folder(folder: Path, parts: tuple[str, ...], archives: Archives) -> Iterator[Entry]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as problem:
        if not parts:
            raise EnvironmentProblem(
                f"The folder can't be read: {problem.strerror}.", where=str(folder)
            ) from None
        yield Entry(parts, reason=f"A folder that can't be read: {problem.strerror}.")
        return
    seen = False
    for entry in entries:
        if entry.name not in IGNORED:
            seen = True
            yield from _one(Path(entry.path), (*parts, entry.name), archives)
    if not seen and parts:
        yield Entry(parts)


def _one(path: Path, parts: tuple[str, ...], archives: Archives) -> Iterator[Entry]:
    try:
        mode = path.lstat().st_mode
    except OSError as problem:
        yield Entry(parts, reason=f"It can't be read: {problem.strerror}.")
        return
    if stat.S_ISLNK(mode):
        yield Entry(parts, reason="A link, not a file: not followed.")
    elif stat.S_ISDIR(mode):
        if len(parts) > MAX_DEPTH:
            yield Entry(parts, reason=f"Folders in folders, more than {MAX_DEPTH} deep: not looked into.")
        else:
            yield from _folder(path, parts, archives)
    elif not stat.S_ISREG(mode):
        yield Entry(parts, reason="A special file (a pipe, a socket or a device): not opened.")
    elif path.suffix.lower() == ARCHIVE:
        yield from _archive((str(path),), parts, archives)
    else:
        yield Entry(parts, InFolder(path))


def _archive(chain: Chain, parts: tuple[str, ...], archives: Archives) -> Iterator[Entry]:
    try:
        members = sorted(archives.members(chain), key=lambda member: member.parts)
    except Unreadable as refused:
        yield Entry(parts or (Path(chain[0]).name,), reason=str(refused))
        return
    seen = False
    for member in members:
        inside = (*parts, *(member.parts or ("?",)))
        if any(step in IGNORED for step in member.parts):
            continue
        seen = True
        if member.reason:
            yield Entry(inside, reason=member.reason)
        elif len(member.parts) > MAX_DEPTH:
            yield Entry(
                inside[: MAX_DEPTH + 1], reason=f"Folders in folders, more than {MAX_DEPTH} deep: not read."
            )
        elif inside[-1].lower().endswith(ARCHIVE):
            yield from _archive((*chain, member.name), inside, archives)
        else:
            yield Entry(inside, InArchive(archives, chain, member.name))
    if not seen and parts:
        yield Entry(parts)


def below(entry: Entry, wrapper: int) -> Entry:
    """The entry without its first ``wrapper`` steps."""
    return replace(entry, parts=entry.parts[wrapper:])
