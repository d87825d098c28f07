"""What nearly every command opens first: the course, and the learner's store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tutor.cli import console
from tutor.paths import content_root, tutor_home

if TYPE_CHECKING:
    from tutor.course import Content
    from tutor.progress import Store


def open_content(folder: Path | None = None) -> Content:
    """The course in ``folder``, in ``TUTOR_CONTENT``, or the one that came with the program.

    Raises:
        UsageProblem: the folder holds no course. ContentProblem: a file of it is broken.
    """
    from tutor.course import load_content
    from tutor.settings import settings_or_defaults

    language = settings_or_defaults(tutor_home())[0].language
    return load_content(content_root(folder), language=language)


def open_store(content: Content) -> Store:
    """The learner's store for this course.

    Raises:
        EnvironmentProblem: the home is read-only or full, or a newer tutor wrote it.
    """
    from tutor.progress import Store
    from tutor.settings import settings_or_defaults

    store = Store.open(tutor_home(), content.id, content_version=content.version)
    store.daily_cap = settings_or_defaults(tutor_home())[0].daily_cap
    for notice in store.notices:
        console.write_error(console.clean(notice))
    return store
