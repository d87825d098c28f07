"""Where the bytes of a submission lie, and how they are read: once, hashed on the way, within bounds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tutor.classroom.archives import Archives, Chain, Unreadable
from tutor.errors import TutorProblem
from tutor.grading.submission import Submission, from_stream, read_submission


class Place(Protocol):
    """Something that a submission can be read from."""

    def read(self) -> Submission:
        """The submission, of what is too large only the beginning.

        Raises:
            Unreadable: it can't be had.
        """


@dataclass(frozen=True)
class InFolder:
    """A regular file of a folder."""

    path: Path

    def read(self) -> Submission:
        """Reads the file once; what is no ordinary file, or can't be opened, is Unreadable."""
        try:
            return read_submission(self.path)
        except TutorProblem as problem:
            raise Unreadable(problem.message) from None


@dataclass(frozen=True)
class InArchive:
    """A member of a zip file, which may lie in a zip file itself."""

    archives: Archives
    chain: Chain
    member: str

    def read(self) -> Submission:
        """Unpacks the member in memory; a damaged one is Unreadable."""
        with self.archives.open(self.chain, self.member) as file:
            try:
                return from_stream(file, Path(self.member))
            except Exception as problem:  # whatever a damaged stream makes Python's decompressors raise
                raise Unreadable(f"Damaged in its archive ({problem}).") from None
