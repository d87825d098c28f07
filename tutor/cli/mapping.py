"""``tutor map``: the error–memory map as text, as JSON, or as a picture."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tutor.cli import console, linear
from tutor.cli.console import clean, styled, wrapped
from tutor.cli.opening import open_content, open_store
from tutor.cli.options import ContentOption, JsonOption, PngOption, SvgOption
from tutor.cli.pictures import check_png, write_pictures

if TYPE_CHECKING:
    from tutor.course import Content
    from tutor.progress import Store
    from tutor.proving.error_map import Missing, Point
    from tutor.proving.map_plot import Marked

HEIGHT = 19  # rows of the plot with its axis
STYLES = {"own": "bold", "known": "cyan", "limit": "dim", "axis": "dim"}


def map_command(
    svg: SvgOption = None,
    png: PngOption = None,
    json: JsonOption = False,
    content: ContentOption = None,
) -> int:
    """Error against bits per weight: each quantizer you passed, the known schemes, and the limit."""
    from tutor.cli.map_svg import map_svg
    from tutor.proving.error_map import known_points

    check_png(png)
    course = open_content(content)
    store = open_store(course)
    known = known_points(course)
    own, missing = asyncio.run(_own_points(course, store))
    drawn = list(write_pictures(lambda: map_svg(own, known), svg, png))
    if json:
        console.write_json(_document(own, known, missing))
        return 0
    console.write("\n".join([*_lines(course, own, known, missing), *drawn]))
    return 0


async def _own_points(course: Content, store: Store) -> tuple[list[Point], list[Missing]]:
    from tutor.grading import Grader
    from tutor.paths import tutor_home
    from tutor.proving.error_map import Point, own_points

    own: list[Point] = []
    missing: list[Missing] = []
    async with Grader(course.root) as grader:
        async for found in own_points(grader, course, store, cache=tutor_home() / "cache"):
            if isinstance(found, Point):
                own.append(found)
                console.status(f"measured {found.label}")
            else:
                missing.append(found)
    console.status("")
    return own, missing


def _lines(
    course: Content, own: Sequence[Point], known: Sequence[Point], missing: Sequence[Missing]
) -> Iterator[str]:
    from tutor.proving.error_map import quantizers
    from tutor.proving.map_plot import FIGURES, draw, marked, noted

    yield styled("Error against memory, on one frozen matrix of independent Gaussian weights", "bold")
    yield ""
    marks = marked(own, known)
    if not linear.is_on():
        yield from console.drawn_cells(draw(marks, console.width(), HEIGHT), STYLES)
        yield ""
    yield styled(f"{''.join(f'{heading:>12}' for heading in FIGURES):>{console.width()}}", "dim")
    yield from (_legend(one) for one in marks)
    yield styled("  ·  the limit: no scheme of R bits a weight has less error than 2^(−2R)", "dim")
    for mark, note in noted(marks):
        yield styled(wrapped(clean(note), "     ", f"  {mark}  "), "dim")
    if not quantizers(course):
        yield "\nThis course has no quantizers to place here."
    elif not own:
        yield "\nNone of these is yours yet: a quantizer that you pass gets its place here."
    for one in missing:
        yield clean(f"\n{one.title} ({one.exercise}) has no place: {one.why}.")


def _legend(one: Marked) -> str:
    from tutor.proving.map_plot import figures

    numbers = "".join(f"{figure:>12}" for figure in figures(one.point))
    room = max(10, console.width() - len(numbers) - 5)
    label = clean(one.point.label)
    label = label if len(label) <= room else label[: room - 1] + "…"
    return f"  {styled(f'{one.mark}  {label:<{room}}', STYLES[one.kind])}{numbers}"


def _document(own: Sequence[Point], known: Sequence[Point], missing: Sequence[Missing]) -> dict[str, Any]:
    def entry(point: Point) -> dict[str, Any]:
        return {"label": point.label, "bits_per_weight": point.bits, "squared_error": point.error}

    return {
        "schema": "tutor.map/1",
        "points": [{"exercise": point.exercise, **entry(point), "note": point.note} for point in own],
        "known": [entry(point) for point in known],
        "missing": [{"exercise": one.exercise, "why": one.why} for one in missing],
    }
