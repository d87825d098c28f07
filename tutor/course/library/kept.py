"""The courses in the learner's home: one folder each, named by the course's id."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tutor.course.library.review import Review
from tutor.course.names import nearest_or, printable
from tutor.errors import EnvironmentProblem, UsageProblem
from tutor.paths import courses_folder

RECORD = ".added.json"


@dataclass(frozen=True)
class KeptCourse:
    """A course that was added. ``source`` is where it came from, ``at`` when (ISO 8601, UTC)."""

    id: str
    title: str
    version: str
    source: str
    at: str
    folder: Path


def kept_courses() -> list[KeptCourse]:
    """The courses that were added, by id. A folder that was half written is none."""
    found = []
    for record in sorted(courses_folder().glob(f"*/{RECORD}")):
        try:
            values = json.loads(record.read_bytes())
            course = KeptCourse(**values, folder=record.parent)
        except (OSError, ValueError, TypeError):
            continue
        if course.id == record.parent.name:
            found.append(course)
    return found


def add(reviewed: Review, folder: Path, source: str) -> KeptCourse:
    """Keep the files in ``folder``, which were reviewed; an older version of the same course gives way.

    Raises:
        EnvironmentProblem: the home cannot be written, or has no space.
    """
    place = courses_folder() / reviewed.id
    now = datetime.now(UTC).isoformat(timespec="seconds")
    course = KeptCourse(reviewed.id, reviewed.title, reviewed.version, source, now, place)
    record = {key: value for key, value in asdict(course).items() if key != "folder"}
    fresh, old = (place.with_name(f".{reviewed.id}.{word}-{os.urandom(4).hex()}") for word in ("new", "old"))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(folder, fresh, ignore=shutil.ignore_patterns(".index"))
        (fresh / RECORD).write_text(json.dumps(record, indent=1), encoding="utf-8")
        if place.exists():
            os.rename(place, old)
        try:
            os.rename(fresh, place)
        except OSError:
            if old.exists():
                os.rename(old, place)
            raise
    except (OSError, shutil.Error) as error:
        raise EnvironmentProblem(
            f"The course cannot be kept: {getattr(error, 'strerror', None) or 'a file could not be copied'}.",
            where=str(place),
            next_step="Make room, or set TUTOR_HOME to a folder that you can write.",
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    return course


def remove(id: str) -> KeptCourse:
    """Delete a course's files; what was learned of it stays in the progress.

    Raises:
        UsageProblem: no course of that id was added. EnvironmentProblem: it cannot be deleted.
    """
    known = {course.id: course for course in kept_courses()}
    if id not in known:
        raise UsageProblem(
            f"No course '{printable(id)}' was added.",
            where="tutor course",
            next_step=nearest_or(id, list(known), "'tutor course list' shows those that were."),
        )
    course = known[id]
    gone = course.folder.with_name(f".{id}.old-{os.urandom(4).hex()}")
    try:
        os.rename(course.folder, gone)
    except OSError as error:
        raise EnvironmentProblem(
            f"It cannot be removed: {error.strerror}.", where=str(course.folder)
        ) from error
    shutil.rmtree(gone, ignore_errors=True)
    return course
