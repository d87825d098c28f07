"""The shapes that submissions come in, told from paths alone: who handed a file in.

A new shape is a function here that takes an entry and returns an owner, and a line in ``SHAPES``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from tutor.classroom.naming import Exercises
from tutor.classroom.walking import Entry, below

_MOODLE = re.compile(r"(?P<student>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<rest>.*)")
_CANVAS = re.compile(r"(?P<student>[^_]+)(?:_LATE)?_(?P<number>\d{2,})_\d{2,}_(?P<rest>.+)")
_BLACKBOARD = re.compile(r".+?_(?P<student>[^_]+)_attempt_\d{4}(?:-\d\d){5}(?:_(?P<rest>.+))?")
_GRADESCOPE = re.compile(r"submission_(?P<number>\d+)")
_WRAPPER = re.compile(r"assignment_\d+_export|.+-submissions|submissions", re.IGNORECASE)


OTHER_ARCHIVES = (".tar.gz", ".tar.bz2", ".tar.xz", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")
NEXT_BEST = {
    ".ipynb": "A notebook, not a Python file: hand in a .py file.",
    **dict.fromkeys(OTHER_ARCHIVES, "An archive of a kind that is not opened: hand in a .zip or a .py file."),
}
"""What students hand in where a Python file was asked for, and what they are told."""
HANDED_IN = (".py", ".zip", *NEXT_BEST)
"""By these endings a file that lies beside others is somebody's submission, and no note."""


@dataclass(frozen=True)
class Owner:
    """Who handed a file in, and what of its path is left: ``rest``, the file's name last.

    ``number`` is what the course's system calls the student, where it says so. ``exercise`` is set where the
    shape itself says it.
    """

    student: str
    rest: tuple[str, ...]
    number: str = ""
    exercise: str = ""


@dataclass(frozen=True)
class Class:
    """What is known of the whole folder before its entries are looked at, one by one.

    ``given``: the exercise that files are for whose names do not say it; ``student``: whose everything is.
    """

    exercises: Exercises
    whole: str
    given: str = ""
    student: str = ""
    people: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    slug: str = ""


def owner(entry: Entry, of: Class) -> Owner | None:
    """Who handed an entry in; ``None`` for what is nobody's, such as a note beside the submissions."""
    if of.student:
        return Owner(of.student, entry.parts)
    for shape in SHAPES:
        found = shape(entry, of)
        if found is not None:
            return found
    return None


def unwrapped(entries: Sequence[Entry]) -> list[Entry]:
    """Without the folders that an export puts around everything."""
    inner = list(entries)
    while inner and len({entry.parts[0] for entry in inner}) == 1:
        if not _WRAPPER.fullmatch(PurePosixPath(inner[0].parts[0]).stem) or len(inner[0].parts) == 1:
            break
        inner = [below(entry, 1) for entry in inner]
    return inner


def common_slug(entries: Sequence[Entry], root_name: str, has_repositories: bool) -> str:
    """``assignment-`` of a GitHub Classroom clone, whose folders are called ``assignment-student``; else empty."""
    folders = {entry.parts[0] for entry in entries if len(entry.parts) > 1}
    if root_name.endswith("-submissions"):
        slug = root_name.removesuffix("submissions")
        if folders and all(name.startswith(slug) for name in folders):
            return slug
    if not has_repositories or len(folders) < 2:
        return ""
    first, last = min(folders), max(folders)
    length = next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[: first[:length].rfind("-") + 1]


def _learning_systems(entry: Entry, of: Class) -> Owner | None:
    """Moodle, Canvas, Blackboard: a name with the student and a number in it, in a zip file or not."""
    for at, step in enumerate(entry.parts[:2]):
        if at == 1 and not entry.parts[0].lower().endswith(".zip"):
            break
        is_file = at == len(entry.parts) - 1
        stem = step if is_file else step.removesuffix(".zip")
        for pattern in (_MOODLE, _CANVAS, _BLACKBOARD):
            found = pattern.fullmatch(stem)
            if found and (pattern is not _CANVAS or is_file or step.lower().endswith(".zip")):
                named = found.groupdict()
                inner = entry.parts[at + 1 :] if not is_file else (named.get("rest") or step,)
                return Owner(named["student"].strip(), inner, named.get("number") or "")
    return None


def _gradescope(entry: Entry, of: Class) -> Owner | None:
    """``submission_123/…``, with the people in ``submission_metadata.yml`` beside."""
    found = _GRADESCOPE.fullmatch(entry.parts[0])
    if found is None:
        return None
    name, number = of.people.get(entry.parts[0], (entry.parts[0], found["number"]))
    return Owner(name, entry.parts[1:] or entry.parts, number)


def _repositories(entry: Entry, of: Class) -> Owner | None:
    """``assignment-student/…``, as GitHub Classroom clones them."""
    if not of.slug or not entry.parts[0].startswith(of.slug):
        return None
    student = entry.parts[0][len(of.slug) :]
    return Owner(student, entry.parts[1:] or entry.parts, exercise=of.exercises.within(of.slug))


def _by_exercise(entry: Entry, of: Class) -> Owner | None:
    """``exercise/student.py`` and ``exercise/student/…``."""
    exercise = of.exercises.named(entry.parts[0]) if len(entry.parts) > 1 else ""
    if not exercise:
        return None
    step = entry.parts[1]
    return Owner(_stem(step), entry.parts[2:] or (step,), exercise=exercise)


def _by_student(entry: Entry, of: Class) -> Owner | None:
    """``student/…/exercise.py``, or a student's zip file of the same."""
    if len(entry.parts) == 1:
        return None
    return Owner(_stem(entry.parts[0], (".zip",)), entry.parts[1:])


def _loose(entry: Entry, of: Class) -> Owner | None:
    """A file that lies beside others: ``student-exercise.py``, ``student.py`` of a named exercise, ``exercise.py``."""
    name = entry.parts[0]
    stem = _stem(name, HANDED_IN)
    if not entry.reason and stem == name and entry.place is not None:
        return None
    before, exercise = of.exercises.after(stem)
    if exercise and before:
        return Owner(before, entry.parts, exercise=exercise)
    if of.exercises.named(stem):
        return Owner(of.whole, entry.parts)
    return Owner(stem, entry.parts)


SHAPES: tuple[Callable[[Entry, Class], Owner | None], ...] = (
    _learning_systems,
    _gradescope,
    _repositories,
    _by_exercise,
    _by_student,
    _loose,
)


def _stem(name: str, suffixes: tuple[str, ...] = (".py", ".zip")) -> str:
    for suffix in suffixes:
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name
