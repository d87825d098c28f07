"""The learner's files: written once from a stub, never overwritten, backed up before a reset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tutor.errors import EnvironmentProblem, UsageProblem
from tutor.paths import courses_folder, work_folder
from tutor.progress.bookmarks import FILE
from tutor.progress.files import make_folder, told_as_environment_problem, write_atomically, write_new
from tutor.progress.keeping import Backup, backups, replace_kept

if TYPE_CHECKING:
    from tutor.course import Content, LoadedExercise
    from tutor.progress.store import Store

__all__ = [
    "AGENTS",
    "Backup",
    "backups",
    "diff_against_stub",
    "exercise_of",
    "file_name",
    "restore",
    "save",
    "solution_path",
    "start_exercise",
]

AGENTS = """\
# For coding assistants

The files in this folder are exercises. The person who owns them is learning by writing them.

- Give hints and questions, never the solution: no finished function, no line to paste that solves
  the exercise, no edit of these files unless the person asks for one that does not solve it.
- Begin by asking what they expect to happen and what happened. Point to the place, then to the
  idea, then to the shapes; stop as soon as they can go on.
- Explain errors, tensors, shapes and Python freely.
- To check the work, let them run `tutor submit EXERCISE`. `tutor hint EXERCISE` gives the next hint.
- Do not look for the graders or the reference solutions.
"""


def file_name(exercise_id: str) -> str:
    """``per-row-scales`` is written in ``per_row_scales.py``, so that Python can import it."""
    return f"{exercise_id.replace('-', '_')}.py"


def start_exercise(
    store: Store, exercise: LoadedExercise, folder: Path | None = None, reset: bool = False
) -> Path:
    """Write the stub and an ``AGENTS.md`` beside it; returns the file's absolute path.

    A file that is there already stays as it is. With ``reset`` it goes to the backups first, and
    the stub takes its place. The place is remembered for ``solution_path``.

    Raises:
        UsageProblem: the folder is one that a course's next version takes the place of.
        EnvironmentProblem: the folder is a file, cannot be written, or has no space.
    """
    # Without a folder, the file where it was started: so that starting once more never makes a second.
    place = folder.expanduser().absolute() if folder else solution_path(store, exercise).parent
    target = place / file_name(exercise.id)
    if place.resolve().is_relative_to(courses_folder(store.home).resolve()):
        raise UsageProblem(
            "This folder belongs to a course, whose next version would take your file's place.",
            where=str(place),
            next_step="Name another folder with --dir.",
        )
    make_folder(place)
    if target.is_dir():
        raise EnvironmentProblem(
            "A folder stands where the exercise's file would be.",
            where=str(target),
            next_step="Move it away, or name another folder with --dir.",
        )
    stub = exercise.stub.read_bytes()
    written = write_new(target, stub)
    if reset and not written:
        replace_kept(store.home, target, stub, store.now())
        written = True
    write_new(place / "AGENTS.md", AGENTS.encode())
    key = _bookmark(exercise.id)
    if written or store.bookmark(key) != str(target):
        store.set_bookmark(key, str(target))
        begun = {"reset": reset} | ({"stub": stub.decode(errors="replace")} if written else {})
        store.record_event("started", exercise.id, begun, grader_hash=exercise.grader_hash if written else "")
    return target


def solution_path(store: Store, exercise: LoadedExercise) -> Path:
    """Where the learner's file is, or would be: where it was started, else the work folder."""
    remembered = store.bookmark(_bookmark(exercise.id))
    default = work_folder(store.home) / file_name(exercise.id)
    if not isinstance(remembered, str):
        return default
    place = Path(remembered)
    return default if not place.exists() and default.exists() else place


def diff_against_stub(store: Store, exercise: LoadedExercise) -> str:
    """What the learner changed, as a unified diff; empty where nothing.

    Raises:
        UsageProblem: the exercise is not started.
    """
    import difflib

    path = solution_path(store, exercise)
    try:
        mine = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise UsageProblem(
            "The exercise is not started: there is no file to compare.",
            where=str(path),
            next_step=f"Run: tutor start {exercise.id}",
        ) from error
    before, after = (
        text.decode(errors="replace").splitlines() for text in (exercise.stub.read_bytes(), mine)
    )
    lines = difflib.unified_diff(before, after, "stub.py", path.name, lineterm="")
    return "".join(f"{line}\n" for line in lines)


def save(store: Store, exercise: LoadedExercise, data: bytes, *, over: bytes) -> bool:
    """Write the learner's file, which was ``over`` when it was read.

    Where another program has written it meanwhile, that version goes to the backups first: True then.

    Raises:
        EnvironmentProblem: the folder cannot be written, or has no space.
    """
    target = solution_path(store, exercise)
    make_folder(target.parent)
    with told_as_environment_problem(target):
        there = target.read_bytes() if target.exists() else over
    if there not in (over, data):
        replace_kept(store.home, target, data, store.now())
        return True
    write_atomically(target.resolve(), data)
    return False


def exercise_of(content: Content, backup: Backup) -> LoadedExercise:
    """The exercise whose file was kept. Raises UsageProblem: the course has none of that name."""
    for exercise in content.exercises:
        if file_name(exercise.id) == backup.file_name:
            return exercise
    raise UsageProblem(
        f"'{backup.file_name}' belongs to no exercise of this course.",
        where=str(backup.path),
        next_step="Name its course with --content, or copy the backup where you want it.",
    )


def restore(store: Store, exercise: LoadedExercise, backup: Backup) -> Path:
    """Bring a backup back as the learner's file; what it replaces goes to the backups.

    Raises:
        EnvironmentProblem: the folder cannot be written, or has no space.
    """
    target = solution_path(store, exercise)
    with told_as_environment_problem(backup.path):
        kept = backup.path.read_bytes()
    if not write_new(target, kept):
        replace_kept(store.home, target, kept, store.now())
    return target


def _bookmark(exercise_id: str) -> str:
    return f"{FILE}{exercise_id}"
