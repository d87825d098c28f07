"""Where solutions lie on the error–memory map: measured by running them, drawn without hiding any."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from tutor.course import Content, load_content
from tutor.grading import Grader, from_bytes, submit
from tutor.paths import content_root
from tutor.progress import Store
from tutor.proving.error_map import CACHE, Missing, Point, own_points, quantizers
from tutor.proving.map_plot import KNOWN, LIMIT, OWN, draw, excess_bits, marked

FINITE = st.floats(min_value=1e-6, max_value=2.0)
POINTS = st.lists(
    st.builds(Point, st.just("one"), st.floats(0.5, 20.0), FINITE, st.sampled_from(["", "mine"]))
)


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content(content_root())


@pytest.fixture
def store(home: Path, content: Content) -> Iterator[Store]:
    with Store.open(home, content.info.id) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def grader(content: Content) -> AsyncIterator[Grader]:
    """One for all tests here: each that starts imports torch twice."""
    async with Grader(content.root) as grader:
        yield grader


in_one_loop = pytest.mark.asyncio(loop_scope="module")


async def points_of(
    grader: Grader, content: Content, store: Store, cache: Path | None = None
) -> list[Point | Missing]:
    return [found async for found in own_points(grader, content, store, cache=cache)]


async def pass_it(grader: Grader, content: Content, store: Store, exercise_id: str, folder: Path) -> bytes:
    exercise = content.exercise(exercise_id)
    file = folder / f"{exercise_id}.py"
    file.write_bytes(exercise.reference.read_bytes())
    assert (await submit(grader, store, exercise, file, device="cpu")).passed
    return file.read_bytes()


@in_one_loop
async def test_a_pass_has_a_place_and_keeps_it(
    content: Content, grader: Grader, store: Store, tmp_path: Path
) -> None:
    assert await points_of(grader, content, store) == []
    await pass_it(grader, content, store, "group-wise", tmp_path)
    [point] = await points_of(grader, content, store, tmp_path)
    assert isinstance(point, Point)
    assert point.exercise == "group-wise"
    assert 4.0 < point.bits < 4.3  # at most sixteen levels, and a scale for 128 weights
    assert 0.008 < point.error < 0.02
    assert (tmp_path / CACHE).is_file()
    (tmp_path / CACHE).write_text((tmp_path / CACHE).read_text().replace(str(point.error), "0.5"))
    [again] = await points_of(grader, content, store, tmp_path)
    assert isinstance(again, Point)
    assert again.error == 0.5  # what was measured is not measured again
    (tmp_path / CACHE).write_text("{")
    [anew] = await points_of(grader, content, store, tmp_path)
    assert anew == point  # a broken cache costs time, nothing else


@in_one_loop
async def test_the_file_that_passed_counts_not_the_last_one(
    content: Content, grader: Grader, store: Store, tmp_path: Path
) -> None:
    await pass_it(grader, content, store, "absmax-int8", tmp_path)
    file = tmp_path / "absmax-int8.py"
    file.write_text("def quantize(W):\n    return W, 1.0\n")
    assert not (await submit(grader, store, content.exercise("absmax-int8"), file, device="cpu")).passed
    [point] = await points_of(grader, content, store)
    assert isinstance(point, Point)
    assert point.error < 1e-3


@in_one_loop
async def test_every_reference_has_a_place_above_the_limit(content: Content, grader: Grader) -> None:
    for exercise in quantizers(content):
        plotted = exercise.on_the_map
        assert plotted is not None
        source = exercise.reference.read_bytes()
        verdict = await grader.grade(plotted, from_bytes(source), device="cpu", seed=0)
        assert verdict.passed, (exercise.id, verdict)
        figures = {one.name: one.value for check in verdict.checks for one in check.measurements}
        point = Point(
            exercise.id, figures["bits per weight"] or 0, figures["squared error"] or 0, exercise.id
        )
        assert 0.3 < excess_bits(point) < 4, point


@given(POINTS, st.integers(40, 160), st.integers(12, 40))
def test_no_point_hides_another(points: list[Point], width: int, height: int) -> None:
    marks = marked(
        [one for one in points if one.exercise][:9], [one for one in points if not one.exercise][:9]
    )
    rows = draw(marks, width, height)
    assert len(rows) == height
    drawn = [text for row in rows for text, kind in row if kind in (OWN, KNOWN)]
    assert sorted(drawn) == sorted(one.mark for one in marks)


@given(st.integers(60, 160), st.integers(15, 40))
def test_the_limit_falls_from_left_to_right(width: int, height: int) -> None:
    rows = draw([], width, height)
    columns = [
        [
            number
            for number, (_, kind) in enumerate(cell for cell in row if len(cell[0]) == 1)
            if kind == LIMIT
        ]
        for row in rows
    ]
    starts = [found[0] for found in columns if found]
    assert starts == sorted(starts)
    assert len(starts) > 3


def test_a_perfect_copy_is_drawn_at_the_bottom() -> None:
    rows = draw(marked([Point("all of it", 8.0, 0.0, "mine")], []), 80, 19)
    assert any(kind == OWN for _, kind in rows[-4])
    assert excess_bits(Point("all of it", 8.0, 0.0)) == math.inf
