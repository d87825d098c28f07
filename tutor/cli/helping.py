"""``tutor hint``, ``tutor diff`` and ``tutor solution``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tutor.cli import console
from tutor.cli.console import clean, styled, wrapped
from tutor.cli.opening import open_content, open_store
from tutor.cli.options import ContentOption, ExerciseArgument
from tutor.errors import RefusedProblem

if TYPE_CHECKING:
    from tutor.course import LoadedExercise


def hint_command(exercise: ExerciseArgument, content: ContentOption = None) -> int:
    """The next hint. Hints cost nothing, but it is recorded which you saw."""
    from tutor.progress.hints import next_hint

    course = open_content(content)
    loaded = course.exercise(exercise)
    number, hint = next_hint(open_store(course), loaded)
    of = len(loaded.info.hints)
    console.write(styled(f"Hint {number} of {of}", "bold"))
    console.write(wrapped(clean(hint)))
    if number == of:
        console.write(f"\nThat was the last one. 'tutor solution {loaded.id} --give-up' shows the solution.")
    return 0


def diff_command(
    exercise: ExerciseArgument,
    stub: Annotated[
        bool, typer.Option("--stub", help="What changed in the stub since your file began as one.")
    ] = False,
    content: ContentOption = None,
) -> int:
    """Your file against the stub, as a unified diff."""
    from tutor.progress import versions, workspace

    course = open_content(content)
    store, loaded = open_store(course), course.exercise(exercise)
    if stub:
        changes = versions.stub_changes(store, loaded)
        _print_diff(changes or "")
        if not changes:
            console.write(versions.NO_STUB_KEPT if changes is None else versions.STUB_UNCHANGED)
        return 0
    changes = workspace.diff_against_stub(store, loaded)
    _print_diff(changes)
    if not changes:
        console.write("Your file is the stub, unchanged.")
    return 0


def _print_diff(changes: str) -> None:
    for change in clean(changes).splitlines():
        style = {"+": "green", "-": "red", "@": "cyan"}.get(change[:1])
        console.write(styled(change, style) if style else change)


def solution_command(
    exercise: ExerciseArgument,
    give_up: Annotated[
        bool,
        typer.Option(
            "--give-up", help="Show it before a pass, once all hints were shown; it counts as seen."
        ),
    ] = False,
    content: ContentOption = None,
) -> int:
    """The reference and other right solutions, after a pass."""
    course = open_content(content)
    loaded = course.exercise(exercise)
    store = open_store(course)
    if not store.may_see_solution(loaded.id):
        remaining = len(loaded.info.hints) - store.hints_shown(loaded.id)
        if remaining > 0 or not give_up:
            raise _refusal(loaded.id, remaining)
        store.record_event("gave-up", loaded.id)
    console.write("\n".join(_solution(loaded)))
    return 0


def _refusal(exercise: str, remaining: int) -> RefusedProblem:
    if remaining > 0:
        hints = "1 hint remains" if remaining == 1 else f"{remaining} hints remain"
        step = f"'tutor hint {exercise}' shows the next; after the last one --give-up shows the solution."
    else:
        hints, step = (
            "no hints remain",
            f"'tutor solution {exercise} --give-up' shows it; the exercise then counts as seen, not mastered, "
            "and comes due again.",
        )
    return RefusedProblem(f"The solution is shown after a pass; {hints}.", where=exercise, next_step=step)


def _solution(exercise: LoadedExercise) -> Iterator[str]:
    yield styled("Reference", "bold")
    yield clean(_source(exercise.reference)).rstrip()
    if exercise.right:
        yield ""
        yield styled("Also right", "bold")
    for file in exercise.right:
        yield wrapped(f"{file.stem}: {clean(_first_docstring_line(file))}", "      ", "  - ")
        yield styled(f"      {file}", "dim")
    yield ""
    yield styled("What to notice", "bold")
    yield wrapped(clean(exercise.info.notice))
    if exercise.on_the_map is not None:
        yield "\n'tutor map' shows where yours lies among the known schemes."


def _source(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


def _first_docstring_line(file: Path) -> str:
    try:
        docstring = ast.get_docstring(ast.parse(_source(file))) or ""
    except SyntaxError:
        docstring = ""
    return docstring.strip().partition("\n")[0]
