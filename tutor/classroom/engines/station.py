"""A place of work on a Ray node: a grader with warm processes, for several gradings at once.

It runs in an actor's process on any machine of the cluster. The course comes to it as one archive, so that a node
needs the tutor and no content.
"""

from __future__ import annotations

import io
import os
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from tutor import __version__
from tutor.classroom.jobs import Job
from tutor.classroom.one import grade_one
from tutor.course import load_content
from tutor.grading import Grader
from tutor.paths import CONTENT_FOLDERS, ContentRoot


def packed(root: ContentRoot) -> bytes:
    """A course as a tar archive, without caches."""

    def kept(info: tarfile.TarInfo) -> tarfile.TarInfo | None:
        return None if Path(info.name).name in ("__pycache__", ".pytest_cache") else info

    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name in CONTENT_FOLDERS:
            archive.add(root.root / name, name, filter=kept)
    return data.getvalue()


class Station:
    """An actor. ``course``: as `packed` makes it."""

    def __init__(self, course: bytes, device: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="tutor-course-")
        with tarfile.open(fileobj=io.BytesIO(course)) as archive:
            archive.extractall(self._folder.name, filter="data")
        self._content = load_content(ContentRoot(Path(self._folder.name)))
        self._grader = Grader(self._content.root)
        self._device = device

    async def ready(self) -> tuple[str, int]:
        """The tutor's version here, and the process that does the work. Its zygotes import torch meanwhile."""
        self._grader.start()
        return __version__, os.getpid()

    async def grade(self, job: Job) -> tuple[dict[str, Any] | None, str, int]:
        """How one grading ended, as plain values: verdict, message, exit code."""
        outcome = await grade_one(self._grader, self._content.exercise(job.key.exercise), job, self._device)
        return (
            (dict(outcome.verdict) if outcome.verdict is not None else None),
            outcome.message,
            outcome.exit_code,
        )

    async def close(self) -> None:
        """Ends its processes and removes its course."""
        await self._grader.close()
        self._folder.cleanup()
