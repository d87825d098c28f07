"""Where the bytes of a submission lie, and how they are read: once, hashed on the way, within bounds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from tutor.classroom.archives import Archives, Chain, Unreadable
from tutor.errors import TutorProblem
from tutor.grading import Submission

_PIECE = 1 << 20


class Place(Protocol):
    """Something that a submission can be read from."""

    def read(self, name: str) -> Submission:
        """The submission, called ``name`` in its verdict.

        Raises:
            Unreadable: it can't be had.
        """


@dataclass(frozen=True)
class InFolder:
    """A regular file of a folder."""

    path: Path

    def read(self, name: str) -> Submission:
        from tutor.grading import read_submission

        try:
            read = read_submission(self.path)
        except TutorProblem as problem:
            raise Unreadable(problem.message) from None
        return Submission(Path(name), read.data, read.sha256, read.size)


@dataclass(frozen=True)
class InArchive:
    """A member of a zip file, which may lie in a zip file itself."""

    archives: Archives
    chain: Chain
    member: str

    def read(self, name: str) -> Submission:
        with self.archives.open(self.chain, self.member) as file:
            try:
                return _read(file, name)
            except Exception as problem:  # whatever a damaged stream makes Python's decompressors raise
                raise Unreadable(f"Damaged in its archive ({problem}).") from None


def _read(file: BinaryIO, name: str) -> Submission:
    """As ``read_submission`` does: of what is too large only the beginning is kept, and all of it hashed."""
    from tutor.grading.submission import MAX_BYTES

    data = file.read(MAX_BYTES + 1)
    hasher, length = hashlib.sha256(data), len(data)
    while len(data) > MAX_BYTES and (more := file.read(_PIECE)):
        hasher.update(more)
        length += len(more)
    return Submission(Path(name), data[:MAX_BYTES], hasher.hexdigest(), length)
