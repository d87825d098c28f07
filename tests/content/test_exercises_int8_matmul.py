"""The numbers that the exercise int8-matmul states are computed here, and its checks tried."""

from __future__ import annotations

import math
import re

import pytest
import torch

from tests.content import exercises
from tests.content.exercises import ROOT, example, one_line
from tutor.course.models import Exercise
from tutor.grading.draw import Draw

pytestmark = pytest.mark.usefixtures("graders")

SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def exercise() -> Exercise:
    return exercises.exercise("int8-matmul")


# --- brief, example, messages -------------------------------------------------------------------


def test_the_example_prints_for_the_reference_what_its_comments_promise(
    exercise: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(exercise.brief.rstrip().splitlines()) <= 60
    file = ROOT / "exercises" / "int8-matmul" / "example.py"
    printed = example("int8-matmul", monkeypatch)
    promised = re.findall(r"\)  # (\[.*\])$", file.read_text("utf-8"), flags=re.MULTILINE)
    assert len(promised) == 5
    for line in promised:
        assert line in printed


def test_the_brief_computes_what_the_reference_does(exercise: Exercise) -> None:
    brief = one_line(exercise.brief)
    assert 51 * 100 + 127 * 127 + 25 * 30 == 21979
    assert "= 21979, the result 21979 · 0.01 · 0.001 = 0.21979" in brief
    assert round(0.51 * 0.1 + 1.27 * 0.127 + 0.253 * 0.03, 5) == 0.21988
    X = torch.tensor([[0.51, -1.27, 0.253], [2.54, 0.3, -1.0]])
    for row in X:
        scale = float(row.abs().max()) / 127
        codes = ", ".join(str(round(value / scale)) for value in row.tolist())
        assert f"| {scale:.2f} | {codes} |" in brief


def test_the_figures_of_messages_and_notice_are_computed(exercise: Exercise) -> None:
    said = one_line(" ".join(one.message for one in exercise.misconceptions) + exercise.notice)
    square = 127 * 127
    assert (square, square % 256) == (16129, 1)
    assert 3 * square == 48387 > 2**15 - 1 == 32767
    assert 1040 * square <= 2**24 == 16777216 < 1041 * square
    assert "float32 in its place is exact for 1,040" in said
    assert 133_000 < 2**31 / square < 134_000
    assert 4 * square <= 65504 < 5 * square
    assert pytest.approx(8e-6, rel=0.02) == 1e-3 / 127
    assert f"{2048 * 4096 * 4096 * 4 / 1e9:.0f} GB" in said


# --- yardsticks and draws -----------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_sums_are_those_of_python_and_of_torch(seed: int) -> None:
    from integer_products import barely_too_long, cancelling, long_sums  # type: ignore[import-not-found]

    for make in (long_sums, barely_too_long, cancelling):
        drawn = make(Draw(seed, make.__name__), 4, 5)
        assert torch.equal(drawn.sums, torch._int_mm(drawn.qx, drawn.qw).long())
        row, column = drawn.qx[1].tolist(), drawn.qw[:, 2].tolist()
        assert int(drawn.sums[1, 2]) == sum(a * b for a, b in zip(row, column, strict=True))
        assert int(drawn.added_up.max()) < 2**31
        assert int(drawn.qx.abs().max()) <= 127
        assert drawn.error_of(drawn.exact.float()) < 1e-6
        if make is cancelling:
            assert not drawn.sums[:, 0].count_nonzero()
            assert int(drawn.sums.abs().max()) < 1000
        else:
            assert bool((drawn.sums.abs() > 2**24).all())
            assert bool((drawn.sums.float().double() != drawn.sums).all())


@pytest.mark.parametrize("seed", SEEDS)
def test_the_yardstick_of_a_layer_is_that_of_plain_loops(seed: int) -> None:
    from integer_products import layer

    drawn = layer(Draw(seed, "layer"), 7, 20, 5)
    total = 0.0
    for token, exact in zip(drawn.X.double().tolist(), drawn.exact.tolist(), strict=True):
        step = max(map(abs, token)) / 127
        for output in range(5):
            weights = (drawn.qw[:, output].double() * float(drawn.sw[output])).tolist()
            got = sum(round(x / step) * step * w for x, w in zip(token, weights, strict=True))
            total += (got - exact[output]) ** 2
    assert drawn.error_of(drawn.rounded(127.0)) == pytest.approx(math.sqrt(total), rel=1e-6)


def test_a_layer_has_the_error_of_its_codes() -> None:
    from integer_products import layer

    drawn = layer(Draw(5, "layer"), 60, 100, 40)
    assert drawn.error_of(drawn.coded.exact) == pytest.approx(drawn.error_of(drawn.rounded(127.0)), rel=0.01)
    errors = [drawn.error_of(drawn.rounded(steps)) for steps in (126.0, 127.0, 127.5, 128.0)]
    assert max(errors) < 1.12 * drawn.yardstick_error
    assert min(errors) > 0.88 * drawn.yardstick_error


# --- suspects -----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_every_suspect_names_itself_and_the_reference_none(seed: int) -> None:
    import integer_suspects as suspects  # type: ignore[import-not-found]
    from integer_products import coded, layer

    drawn = coded(Draw(seed, "square"), 13, 13, 13)
    for idea, wrong in suspects._wrong_sums(drawn):
        assert suspects.thought_of_sums(drawn, wrong.int()) == idea
    for idea, wrong in suspects._wrong_results(drawn):
        # Divided by small steps, numbers may be beyond float32's range; a suspect is named or nothing is.
        assert suspects.thought_of_result(drawn, wrong.float()) in (idea, None)
    activations = layer(Draw(seed, "layer"), 60, 110, 45)
    named = 0
    for idea, wrong in suspects._wrong_layers(activations):
        thought = suspects.thought_of_layer(activations, wrong.float())
        assert thought in (idea, None)
        named += thought == idea
    assert named >= 20
    assert suspects.thought_of_layer(activations, activations.rounded(127.0).float()) is None
