"""Finds the submissions of a class: for each a student, an exercise, and the place of its bytes, or a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.classroom import manifest, people
from tutor.classroom.archives import Archives, Unreadable
from tutor.classroom.naming import Exercises
from tutor.classroom.places import InFolder, Place
from tutor.classroom.shapes import NEXT_BEST, Class, Owner, common_slug, owner, unwrapped
from tutor.classroom.walking import Entry, walk
from tutor.errors import UsageProblem
from tutor.sandbox.clean import clean_text

if TYPE_CHECKING:
    from tutor.course import Content

PYTHON = ".py"
_LONGEST = 300
_SCAFFOLDING = ("conftest.py", "setup.py", "noxfile.py", "__init__.py", "__main__.py")


@dataclass(frozen=True)
class Found:
    """One submission. Without a ``place`` there is nothing to grade, and ``reason`` says why."""

    student: str
    exercise: str
    file: str
    number: str = ""
    place: Place | None = None
    reason: str = ""


@dataclass(frozen=True)
class Finding:
    """All submissions, in the order of students, and the Python files that were left aside."""

    submissions: tuple[Found, ...]
    aside: tuple[str, ...]


def find_submissions(
    where: Path, content: Content, archives: Archives, exercise: str = "", student: str = ""
) -> Finding:
    """What there is to grade in a folder, a zip file, or a CSV manifest.

    Args:
        exercise: what files are for whose names do not say it.
        student: whose all of it is, whatever shape it has.

    Raises:
        UsageProblem: there is no such folder, no such exercise, or nothing in it.
        EnvironmentProblem: it can't be read.
    """
    known = _known(content, exercise)
    if not where.exists():
        raise UsageProblem(
            "There is no such folder.", where=str(where), next_step="Name the folder to grade."
        )
    listed = manifest.manifest_of(where)
    if listed is not None:
        rows = [_listed(row, known, exercise) for row in manifest.read(listed)]
        finding = Finding(tuple(rows), ())
    elif where.is_dir() or where.suffix.lower() == ".zip":
        finding = _sorted_out(where, list(walk(where, archives)), known, exercise, student)
    else:
        raise UsageProblem(
            "This is neither a folder, nor a zip file, nor a CSV manifest.",
            where=str(where),
            next_step="'tutor submit EXERCISE FILE' grades one file.",
        )
    if not finding.submissions:
        raise UsageProblem(
            "There are no submissions here.",
            where=str(where),
            next_step="A student's folder holds EXERCISE.py; 'tutor list' shows the ids.",
        )
    finding = replace(finding, submissions=_of_the_only_exercise(finding.submissions))
    ordered = sorted(finding.submissions, key=lambda one: (one.student.casefold(), one.exercise, one.file))
    return replace(finding, submissions=tuple(ordered))


def _of_the_only_exercise(submissions: tuple[Found, ...]) -> tuple[Found, ...]:
    """Where all files that say an exercise say the same one, what can't be read is for that one too."""
    named = {one.exercise for one in submissions if one.exercise}
    if len(named) != 1:
        return submissions
    (only,) = named
    return tuple(replace(one, exercise=only) if not one.exercise else one for one in submissions)


def _known(content: Content, only: str) -> Exercises:
    wanted = [content.exercise(only)] if only else content.exercises
    return Exercises({one.id: [function.name for function in one.info.interface] for one in wanted})


def _sorted_out(where: Path, found: Sequence[Entry], known: Exercises, given: str, student: str) -> Finding:
    entries = unwrapped(found)
    repositories = where.is_dir() and any(where.glob("*/.git"))
    of = Class(
        known,
        whole=where.name.removesuffix(".zip") or where.absolute().name,
        given=given,
        student=student,
        people=people.of_gradescope(entries),
        slug=common_slug(entries, where.name, repositories),
    )
    mine: dict[tuple[str, str], list[tuple[Entry, Owner]]] = {}
    for entry in entries:
        who = owner(entry, of)
        if who is not None:
            mine.setdefault((who.student, who.number), []).append((entry, who))
    submissions: list[Found] = []
    aside: list[str] = []
    for files in mine.values():
        rows, left = _of_student(files, of)
        submissions += rows
        aside += left
    return Finding(tuple(submissions), tuple(aside))


def _of_student(files: Sequence[tuple[Entry, Owner]], of: Class) -> tuple[list[Found], list[str]]:
    """One student's rows: each file that is for an exercise, and each that is hostile or broken; of a student who
    has none of these, the next best thing with what is the matter with it. Then the Python files left aside."""
    rows: list[Found] = []
    python: list[tuple[Found, bool]] = []
    others: list[Found] = []
    for entry, who in files:
        named, exercise = _exercise_of(who, of)
        if entry.place is None:
            if entry.reason:
                rows.append(_row(entry, who, exercise, entry.reason))
        elif who.rest[-1].lower().endswith(PYTHON):
            python.append((_row(entry, who, exercise), named))
        elif reason := NEXT_BEST.get(Path(who.rest[-1]).suffix.lower()):
            others.append(_row(entry, who, exercise, reason))
    chosen = _chosen([each for each in python if not _is_scaffolding(each[0])] or python, of.exercises)
    rows += chosen
    aside = [each.file for each, _ in python if all(each.file != row.file for row in chosen)]
    if not rows and python:
        rows, aside = [_nameless([each for each, _ in python])], aside[1:]
    elif not rows and others:
        rows = others[:1]
    elif not rows:
        entry, who = files[0]
        rows = [_row(entry, who, _exercise_of(who, of)[1], "There is no Python file.")]
    return rows, aside


def _chosen(python: Sequence[tuple[Found, bool]], known: Exercises) -> list[Found]:
    """Files whose names say their exercise; for an exercise that only the folder or the instructor says, those that
    define its functions, or all; for none, those whose functions tell it."""
    chosen = [each for each, named in python if named]
    said = {each.exercise for each in chosen}
    rest = [each for each, named in python if not named and each.exercise and each.exercise not in said]
    if len(rest) > 1:
        rest = [each for each in rest if _defines(each, known) == each.exercise] or rest
    chosen += rest
    return chosen or [replace(each, exercise=told) for each, _ in python if (told := _defines(each, known))]


def _is_scaffolding(row: Found) -> bool:
    """Whether a file is what repositories hold beside a solution."""
    *folders, name = row.file.lower().split("/")
    return name.startswith("test_") or name in _SCAFFOLDING or "tests" in folders


def _exercise_of(who: Owner, of: Class) -> tuple[bool, str]:
    """Whether the file's own name or folders say it, and what: the innermost counts; else what the shape says."""
    steps = [who.rest[-1].rsplit(".", 1)[0], *reversed(who.rest[:-1])]
    named = next((named for step in steps if (named := of.exercises.named(step))), "")
    return bool(named), named or who.exercise or of.given


def _row(entry: Entry, who: Owner, exercise: str, reason: str = "") -> Found:
    return Found(
        _plain(who.student) or "?",
        exercise,
        _plain("/".join(entry.parts)),
        _plain(who.number),
        None if reason else entry.place,
        reason,
    )


def _defines(row: Found, known: Exercises) -> str:
    """The exercise that a file's functions tell; empty where they tell none."""
    if row.place is None:
        return ""
    try:
        return known.defined_in(row.place.read().data)
    except Unreadable:
        return ""


def _nameless(rows: Sequence[Found]) -> Found:
    more = f" ({len(rows)} Python files, none of which does)" if len(rows) > 1 else ""
    reason = f"Its name says no exercise, nor do its functions{more}: call it EXERCISE.py, or name it by --exercise."
    return replace(rows[0], place=None, reason=reason)


def _listed(row: manifest.Listed, known: Exercises, given: str) -> Found:
    exercise = given or known.named(row.exercise or row.file.rsplit("/", 1)[-1].rsplit(".", 1)[0])
    one = Found(
        _plain(row.student) or "?", exercise, _plain(row.file), _plain(row.number), row.place, row.reason
    )
    if one.place is None or one.exercise:
        return one
    told = _defines(one, known)
    return replace(one, exercise=told) if told else _nameless([one])


def _plain(text: str) -> str:
    return clean_text(text, _LONGEST, single_line=True)


def without(finding: Finding, outputs: Iterable[Path]) -> Finding:
    """The finding without files that the run itself writes."""
    own = {path.absolute() for path in outputs}
    kept = [
        one
        for one in finding.submissions
        if not (isinstance(one.place, InFolder) and one.place.path.absolute() in own)
    ]
    return replace(finding, submissions=tuple(kept))
