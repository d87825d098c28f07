"""The course as data: what its files may say, how they are read, and what is wrong with them.

Importing this room costs nothing: pydantic and the YAML reader load with the first file that is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.course.content import Content, LoadedExercise, LoadedLesson, LoadedModule
from tutor.course.loader import load_content

if TYPE_CHECKING:
    from tutor.errors import ContentProblem
    from tutor.paths import ContentRoot

__all__ = [
    "Content",
    "LoadedExercise",
    "LoadedLesson",
    "LoadedModule",
    "check_content",
    "load_content",
]


def check_content(root: ContentRoot) -> list[ContentProblem]:
    """Every problem of the course at ``root``, by file and place. Reads every file, uses no index."""
    from tutor.course.checks import check_content as check

    return check(root)
