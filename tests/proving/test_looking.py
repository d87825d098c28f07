"""A look at what a quantizer does: run in the confined path, drawn for any width, told in words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from tutor.course import Content, load_content
from tutor.errors import UsageProblem
from tutor.grading import Grader, from_bytes
from tutor.paths import content_root
from tutor.proving.error_map import quantizers
from tutor.proving.look_plot import BARS, SHADES, heat, histogram, small, summary
from tutor.proving.looking import Histogram, Look, NoLook, Weight, look

ROOT = Path(__file__).resolve().parents[2]
OUTLIER_ROW = 16 // 3  # of the heat map


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content(content_root())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def grader(content: Content) -> AsyncIterator[Grader]:
    """One for all tests here: each that starts imports torch twice."""
    async with Grader(content.root) as grader:
        yield grader


in_one_loop = pytest.mark.asyncio(loop_scope="module")


async def looked(
    grader: Grader, content: Content, exercise: str, source: bytes | None = None
) -> Look | NoLook:
    loaded = content.exercise(exercise)
    return await look(grader, loaded, from_bytes(source or loaded.reference.read_bytes()), device="cpu")


@in_one_loop
async def test_every_quantizer_can_be_looked_at_and_no_reference_is_off(
    content: Content, grader: Grader
) -> None:
    for exercise in quantizers(content):
        found = await looked(grader, content, exercise.id)
        assert isinstance(found, Look), (exercise.id, found)
        assert not any(one.is_off for one in found.small), exercise.id
        assert sum(found.weights.counts) == sum(found.error.counts) == 48 * 64
        if exercise.id not in ("gptq", "awq"):
            assert found.note == ""


@in_one_loop
async def test_one_scale_for_all_spreads_the_outlier_row_s_error_over_the_matrix(
    content: Content, grader: Grader
) -> None:
    wrong = (ROOT / "graders/per-row-scales/wrong/one-scale-for-all.py").read_bytes()
    right, spoilt = (
        await looked(grader, content, "per-row-scales"),
        await looked(grader, content, "per-row-scales", wrong),
    )
    assert isinstance(right, Look)
    assert isinstance(spoilt, Look)
    rows = [sum(row) for row in right.heat]
    assert rows.index(max(rows)) == OUTLIER_ROW
    assert any("row 5" in line for line in summary(right))
    assert max(spoilt.heat[0]) > 5 * max(right.heat[0])
    assert any("spread over the whole matrix" in line for line in summary(spoilt))
    assert sum(one.is_off for one in spoilt.small) > 6


@in_one_loop
async def test_a_weight_that_is_no_number_is_off(content: Content, grader: Grader) -> None:
    wrong = (ROOT / "graders/per-row-scales/wrong/zero-row-becomes-nan.py").read_bytes()
    found = await looked(grader, content, "per-row-scales", wrong)
    assert isinstance(found, Look)
    assert {one.row for one in found.small if one.is_off} == {2}
    assert "NaN✗" in "".join(text for row in small(found, 60) for text, _ in row)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("raise NotImplementedError('not yet')", "not written yet"),
        ("raise KeyError('gone')", "KeyError"),
        ("return 3", "what can't be handed on"),
        ("return W[:1].char(), W[:, 0]", ""),
    ],
)
@in_one_loop
async def test_what_can_t_be_drawn_says_why(content: Content, grader: Grader, body: str, told: str) -> None:
    source = f"def quantize_rows(W):\n    {body}\n\ndef dequantize_rows(q, scale):\n    return q\n"
    found = await looked(grader, content, "per-row-scales", source.encode())
    assert isinstance(found, NoLook)
    assert told in found.why
    assert found.why


@in_one_loop
async def test_what_is_no_quantizer_has_nothing_to_look_at(content: Content, grader: Grader) -> None:
    with pytest.raises(UsageProblem, match="no quantizer"):
        await looked(grader, content, "perplexity")


numbers = st.floats(-1e6, 1e6, allow_subnormal=False)
looks = st.builds(
    Look,
    weights=st.just(Histogram(-1.0, 1.0, (0, 3, 0))),
    came=st.just(Histogram(-1.0, 1.0, (0, 3, 0))),
    error=st.just(Histogram(0.0, 0.0, (3,))),
    heat=st.lists(
        st.lists(st.floats(0, 1e6), min_size=32, max_size=32).map(tuple), min_size=1, max_size=20
    ).map(tuple),
    small=st.lists(numbers, min_size=24, max_size=24).map(
        lambda values: tuple(Weight(n // 6, n % 6, 0.5, value, 0.4) for n, value in enumerate(values))
    ),
)


@given(looks, st.integers(30, 160))
def test_every_row_of_a_heat_map_fits_and_the_largest_error_is_darkest(look: Look, width: int) -> None:
    rows = heat(look, width)
    assert len(rows) == len(look.heat)
    assert all(sum(len(text) for text, _ in row) <= width for row in rows)
    signs = {sign for row in rows for sign in row[1][0]}
    assert signs <= set(SHADES)
    assert (SHADES[-1] in signs) == any(cell > 0 for row in look.heat for cell in row)
    assert list(summary(look))


@given(looks, st.integers(52, 160))
def test_a_small_case_keeps_its_columns(look: Look, width: int) -> None:
    [first, *_] = small(look, width)
    assert len(first) == 7
    assert all(text.rstrip() for text, _ in first)


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=60), st.integers(8, 120), st.integers(1, 8))
def test_the_highest_bar_fills_its_height_and_none_is_higher(
    counts: list[int], width: int, height: int
) -> None:
    *bars, axis = histogram(Histogram(-2.0, 2.0, tuple(counts)), "value", width, height)
    assert len(bars) == height
    assert all(set(text) <= set(BARS) and len(text) <= width for row in bars for text, _ in row)
    assert ("█" in bars[0][0][0]) == any(counts)
    assert axis[0][0].startswith("−2")
