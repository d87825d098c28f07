"""Where things live: the learner's home, and the course's three content folders."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tutor.errors import UsageProblem

CONTENT_FOLDERS = ("lessons", "exercises", "graders")


def tutor_home() -> Path:
    """The folder of state and work: ``TUTOR_HOME``, else the platform's data folder."""
    override = os.environ.get("TUTOR_HOME")
    if override:
        return Path(override).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_data_dir("tutor", appauthor=False))


def work_folder(home: Path | None = None) -> Path:
    """Where ``tutor start`` writes stubs when no folder is named."""
    return (home or tutor_home()) / "work"


def courses_folder(home: Path | None = None) -> Path:
    """Where courses from elsewhere are kept, each in a folder named by its id."""
    return (home or tutor_home()) / "courses"


def is_from_elsewhere(path: Path) -> bool:
    """Whether a file belongs to a course that was added: its programs are trusted less than our own."""
    return path.resolve().is_relative_to(courses_folder().resolve())


@dataclass(frozen=True)
class ContentRoot:
    """The folders of one course. ``lessons``, ``exercises`` and ``graders`` lie side by side."""

    root: Path

    @property
    def lessons(self) -> Path:
        """The folder of ``course.yaml`` and of each lesson."""
        return self.root / "lessons"

    @property
    def exercises(self) -> Path:
        """The folder of what learners are given, by exercise."""
        return self.root / "exercises"

    @property
    def graders(self) -> Path:
        """The folder of what learners never see before a pass, by exercise."""
        return self.root / "graders"


def content_root(override: Path | None = None) -> ContentRoot:
    """The course to use: ``override``, else ``TUTOR_CONTENT``, else the course that was installed.

    A course is named by its folder, or, where it was added by ``tutor course``, by its id.

    In a checkout (or an editable install) the three folders lie beside the package; in a wheel
    they travel inside it as ``tutor/content``.

    Raises:
        UsageProblem: the folder named does not hold a course.
    """
    named = override or (Path(env) if (env := os.environ.get("TUTOR_CONTENT")) else None)
    if named is not None:
        candidate = course_place(named)
        if not (candidate / "lessons").is_dir():
            raise UsageProblem(
                _why_no_course(candidate),
                where=str(candidate),
                next_step=f"A course has the folders {', '.join(CONTENT_FOLDERS)}: 'tutor new lesson ID --content DIR' "
                "begins one, 'tutor course list' names those that were added.",
            )
        return ContentRoot(candidate)
    return installed_root()


def _why_no_course(place: Path) -> str:
    if place.is_dir():
        return "This folder holds no course: it has no 'lessons' folder."
    return "This is a file: a course is a folder." if place.exists() else "There is no such folder."


def course_place(named: Path) -> Path:
    """The folder that a person means: the one named, or that of the added course of this id."""
    candidate = named.expanduser().absolute()
    added = courses_folder() / named
    is_id = named.name == str(named) and not str(named).startswith(".")
    return added if is_id and not (candidate / "lessons").is_dir() and added.is_dir() else candidate


def installed_root() -> ContentRoot:
    """The course that came with the program."""
    package = Path(__file__).resolve().parent
    installed = package / "content"
    return ContentRoot(installed if installed.is_dir() else package.parent)
