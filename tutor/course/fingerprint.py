"""The fingerprint of an exercise: what a verdict on it depends on, and what its learner is given.

It is kept with each attempt. Where it differs from today's, the exercise has a newer version. So it leaves out
what changes neither: solutions that only prove the grader, translations, caches.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tutor.errors import ContentProblem
from tutor.languages import is_language

_IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t]+(\w+)", re.MULTILINE)
_PROOFS = ("right", "wrong", "equivalent.yaml")


def fingerprint(exercise: Path, grader: Path) -> str:
    """sha256 over the files of an exercise and its grader, and the shared graders that they import.

    Raises:
        ContentProblem: one of them cannot be read.
    """
    contents = {path: _read(path) for path in (*_own(exercise, ()), *_own(grader, _PROOFS))}
    contents |= _imported(grader.parent, [data for path, data in contents.items() if path.parent == grader])
    root = grader.parent.parent
    digest = hashlib.sha256()
    for path in sorted(contents):
        data = contents[path]
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def _own(folder: Path, without: Iterable[str]) -> Iterator[Path]:
    """The files of a folder and of those below it, but for caches, translations and ``without``."""
    for place, folders, files in os.walk(folder):
        top = place == str(folder)
        left_out = set(without) if top else set()
        folders[:] = [
            name
            for name in folders
            if not name.startswith((".", "__pycache__"))
            and name not in left_out
            and not (top and is_language(name))
        ]
        for name in files:
            path = Path(place, name)
            if not name.startswith(".") and name not in left_out and path.is_file():  # a pipe would hang us
                yield path


def _imported(shared: Path, sources: list[bytes]) -> dict[Path, bytes]:
    """The modules of ``graders/`` that the sources import, and those that these import."""
    found: dict[Path, bytes] = {}
    while sources:
        for name in _IMPORT.findall(sources.pop().decode("utf-8", "replace")):
            path = shared / f"{name}.py"
            if path not in found and path.is_file():
                found[path] = _read(path)
                sources.append(found[path])
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"This file cannot be read: {error.strerror}."
        raise ContentProblem(message, where=str(path), code="unreadable") from None
