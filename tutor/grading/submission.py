"""A submission: the bytes of one file, read once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tutor.errors import EnvironmentProblem, UsageProblem
from tutor.ordinary import NotOrdinary, open_ordinary

MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class Submission:
    """What is graded: ``data`` as read once from ``path``; ``sha256`` is of these bytes.

    A file over 1 MB is not graded but answered with a verdict: ``size`` is its true length then,
    ``data`` its beginning.
    """

    path: Path
    data: bytes
    sha256: str
    size: int

    @property
    def too_large(self) -> bool:
        return self.size > MAX_BYTES


def from_bytes(data: bytes, path: Path = Path("solution.py")) -> Submission:
    """A submission that never lay in a file."""
    return Submission(path, data, hashlib.sha256(data).hexdigest(), len(data))


def read_submission(path: Path) -> Submission:
    """Reads a submission, a regular file, once.

    Raises:
        UsageProblem: there is no such file, or it is a folder or a special file.
        EnvironmentProblem: it may not be read.
    """
    try:
        with open_ordinary(path) as file:
            return from_stream(file, path)
    except FileNotFoundError:
        raise UsageProblem(
            "There is no such file.",
            where=str(path),
            next_step="'tutor start EXERCISE' writes the stub to begin with.",
        ) from None
    except IsADirectoryError:
        raise _not_a_file(path, "a folder") from None
    except NotOrdinary:
        raise _not_a_file(path, "not a regular file") from None
    except OSError as problem:
        raise EnvironmentProblem(
            f"The file can't be read: {problem.strerror}.",
            where=str(path),
            next_step="Check its permissions.",
        ) from None


def from_stream(file: BinaryIO, path: Path) -> Submission:
    """A submission from an open file: of what is too large only the beginning is kept, and all of it hashed."""
    data = file.read(MAX_BYTES + 1)
    hasher, size = hashlib.sha256(data), len(data)
    while len(data) > MAX_BYTES and (more := file.read(1 << 20)):
        hasher.update(more)
        size += len(more)
    return Submission(path, data[:MAX_BYTES], hasher.hexdigest(), size)


def _not_a_file(path: Path, what: str) -> UsageProblem:
    return UsageProblem(
        f"This is {what}, not a Python file.", where=str(path), next_step="Name the file to grade."
    )
