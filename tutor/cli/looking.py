"""``tutor look``: what a quantizer does to matrices that anyone may see, ungraded."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.cli import console, linear
from tutor.cli.console import clean, styled, wrapped
from tutor.cli.opening import open_content, open_store
from tutor.cli.options import ContentOption, DeviceOption, ExerciseArgument, FileArgument, JsonOption

if TYPE_CHECKING:
    from tutor.course import Content, LoadedExercise
    from tutor.proving.look_plot import Row
    from tutor.proving.looking import Look, NoLook

STYLES = {"value": "cyan", "error": "yellow", "axis": "dim", "off": "bold"}
HEIGHT = 4  # rows of a histogram


def look_command(
    exercise: ExerciseArgument,
    file: FileArgument = None,
    device: DeviceOption = "auto",
    json: JsonOption = False,
    content: ContentOption = None,
) -> int:
    """Run your file on a public matrix, ungraded: histograms, where the error sits, a small case in figures."""
    from tutor.cli.submitting import solution_of
    from tutor.proving.looking import NoLook

    course = open_content(content)
    loaded = course.exercise(exercise)
    path = file if file is not None else solution_of(open_store(course), loaded)
    found = asyncio.run(_looked(course, loaded, path, device))
    if json:
        shown = {"why": found.why} if isinstance(found, NoLook) else found.to_json()
        console.write_json({"schema": "tutor.look/1", "exercise": loaded.id, "file": str(path), **shown})
    elif isinstance(found, NoLook):
        console.write(clean("\n".join(filter(None, [found.why, found.next_step]))))
    else:
        console.write("\n".join(_lines(found)))
    return 1 if isinstance(found, NoLook) else 0


async def _looked(course: Content, exercise: LoadedExercise, path: Path, device: str) -> Look | NoLook:
    from tutor.grading import Grader, read_submission
    from tutor.proving.looking import look

    async with Grader(course.root) as grader:
        return await look(grader, exercise, read_submission(path), device=device)


def _lines(look: Look) -> Iterator[str]:
    from tutor.proving.look_plot import LEGEND, heat, histogram, small, summary

    width = console.width() - 4
    if linear.is_on():
        yield from (wrapped(clean(line)) for line in summary(look))
        yield "A small case in figures; ✗ marks what is farther off than by the reference"
        yield from _drawn(small(look, width))
        return
    yield styled("The weights of a public matrix; one of its rows is 12 times as large", "bold")
    yield from _drawn(histogram(look.weights, "value", width, HEIGHT))
    yield styled("What came back", "bold")
    yield from _drawn(histogram(look.came, "value", width, HEIGHT))
    yield styled("The error, came back − weight", "bold")
    yield from _drawn(histogram(look.error, "error", width, HEIGHT))
    yield ""
    yield styled(
        "Where it sits: each sign is three rows of two columns, beside them the largest error", "bold"
    )
    yield from _drawn(heat(look, width))
    yield styled(f"      {LEGEND}", "dim")
    yield ""
    yield styled("A small case in figures", "bold")
    yield from _drawn(small(look, width))
    yield ""
    yield from (wrapped(clean(line)) for line in summary(look))


def _drawn(rows: Sequence[Row]) -> Iterator[str]:
    return (f"  {line}" for line in console.drawn_cells(rows, STYLES))
