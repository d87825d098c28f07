"""The numbers that the exercise fp8 states are computed here, and its rounding is compared with torch's types."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.content.exercises import ROOT, example, exercise, loaded, one_line, wrong_ideas
from tutor.grading.draw import Draw

pytestmark = pytest.mark.usefixtures("graders")

GRADER = ROOT / "graders" / "fp8"
SEEDS = (1, 2, 3)


REFERENCE = loaded(GRADER / "reference.py", "solution")


def checks() -> Any:
    return loaded(GRADER / "test_fp8.py", "checks_of_fp8")


def many_numbers() -> Tensor:
    """f32[n]: numbers of all sizes, and every half-way point of E4M3 and E5M2 with its neighbours in float32."""
    from small_floats import E4M3, E5M2, magnitudes  # type: ignore[import-not-found]

    generator = torch.Generator().manual_seed(1)
    spread = torch.randn(20_000, generator=generator) * 10.0 ** (
        torch.rand(20_000, generator=generator) * 12 - 7
    )
    ties = [((every[1:] + every[:-1]) / 2).float() for every in (magnitudes(E4M3), magnitudes(E5M2))]
    beside = [torch.nextafter(tie, tie * factor) for tie in ties for factor in (0, 2)]
    x = torch.cat([spread, *ties, *beside, torch.tensor([0.0, 1e-30, 1e30, 464.0, 465.0, 480.0])])
    return torch.cat([x, -x])


# --- the judge's arithmetic ---------------------------------------------------------------------


def test_rounding_is_that_of_torch_for_the_types_that_torch_has() -> None:
    from small_floats import E4M3, E5M2, FLOAT16, rounded

    x = many_numbers()
    for format, dtype in (
        (E4M3, torch.float8_e4m3fn),
        (E5M2, torch.float8_e5m2),
        (FLOAT16, torch.float16),
    ):
        theirs = x.clamp(-format.largest, format.largest).to(dtype).double()
        assert torch.equal(rounded(x, format), theirs)
        assert torch.equal(REFERENCE.round_to_format(x, *format).double(), theirs)


def test_every_format_rounds_to_the_nearest_of_its_numbers() -> None:
    from small_floats import NAMED, drawn_format, magnitudes, rounded

    for format in (*NAMED, drawn_format(Draw(1, "format"))):
        every = magnitudes(format)
        every = torch.cat([-every.flip(0), every])
        x = many_numbers()[::7].double().clamp(-format.largest, format.largest)
        came = rounded(x, format)
        assert bool(torch.isin(came, every).all())
        above = torch.searchsorted(every, x).clamp(max=len(every) - 1)
        least = torch.minimum((every[above] - x).abs(), (every[(above - 1).clamp(min=0)] - x).abs())
        assert torch.equal((came - x).abs(), least)
        assert torch.equal(rounded(every, format), every)


def test_the_bytes_are_those_of_torch() -> None:
    from small_floats import E4M3, every_code, magnitudes, read_e4m3

    assert torch.equal(REFERENCE.decoded(every_code()).double(), read_e4m3(every_code()))
    assert torch.equal(magnitudes(E4M3), read_e4m3(every_code())[:127])
    W = torch.randn(40, 50, generator=torch.Generator().manual_seed(2)) * 0.03
    codes, scale = REFERENCE.quantize_fp8(W)
    theirs = (W / scale).to(torch.float8_e4m3fn)
    assert torch.equal(read_e4m3(codes), theirs.double())


# --- brief, example, notice ---------------------------------------------------------------------


def test_the_brief_has_at_most_sixty_lines() -> None:
    assert len(exercise("fp8").brief.rstrip().splitlines()) <= 60


def test_the_example_prints_for_the_reference_what_its_comments_promise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = ROOT / "exercises" / "fp8" / "example.py"
    printed = example("fp8", monkeypatch)
    promised = re.findall(r"# [^\[]*(\[.*\])$", file.read_text("utf-8"), flags=re.MULTILINE)
    assert len(promised) == 5
    for line in promised:
        assert line in printed


def test_the_brief_and_the_messages_state_numbers_of_the_formats() -> None:
    from small_floats import E4M3, E5M2, NAMED, magnitudes

    brief = one_line(exercise("fp8").brief)
    x = torch.tensor([0.3, 17.0, 19.0, 460.0, 0.001])
    assert REFERENCE.round_to_format(x, *E4M3).tolist() == [0.3125, 16.0, 20.0, 448.0, 2.0**-9]
    for shown in ("0.3 → 0.3125", "17 → 16", "19 → 20", "460 → 448", "2^-9 = 0.001953"):
        assert shown in brief
    assert {format[:2] for format in NAMED} == {(4, 3), (5, 2), (2, 1), (2, 3), (3, 2), (5, 10)}
    assert (E4M3.top(1), E4M3.top(0), E5M2.top(1)) == (240.0, 480.0, 57344.0)
    assert [format.top(0) for format in NAMED[2:5]] == [format.largest for format in NAMED[2:5]]
    every = magnitudes(E4M3)
    assert (len(every[every < 2.0**-6]) - 1, 2 * len(every) - 1) == (7, 253)


def test_the_figures_of_the_notice_are_computed() -> None:
    from fp8_bytes import yardstick_of  # type: ignore[import-not-found]
    from small_floats import binade_of
    from yardsticks import absmax_per_tensor  # type: ignore[import-not-found]

    notice = one_line(exercise("fp8").notice)
    weights = torch.arange(1.0, 448.0)  # in units of absmax / 448
    half_step = torch.exp2(binade_of(weights) - 4)
    better = weights[half_step < 448 / 254]
    assert f"above absmax / {448 / (float(better.max()) + 1):.0f} are better off in int8" in notice
    W = torch.randn(200, 200, generator=torch.Generator().manual_seed(3))
    assert absmax_per_tensor(W).error < yardstick_of(W).error
    W[::50, ::50] *= 100
    assert yardstick_of(W).error < absmax_per_tensor(W).error


# --- margins and conclusions --------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_other_scales_keep_the_limit_with_room(seed: int) -> None:
    from fp8_bytes import limit_of, yardstick_of
    from matrices import family  # type: ignore[import-not-found]
    from small_floats import E4M3, rounded

    for name in (*checks().ORDINARY, *checks().SIZES):
        W = family(Draw(seed, name), name, 2400)
        absmax = W.double().abs().max()
        for scale in (absmax / 240, absmax / 127, absmax / 16, 2.0 ** (absmax / 448).log2().ceil()):
            yardstick = yardstick_of(W)
            ratio = yardstick.ratio_of(rounded(W / scale, E4M3) * scale)
            assert ratio < 0.98 * limit_of(yardstick), name


@pytest.mark.parametrize("seed", SEEDS)
def test_the_draws_are_few_exact_and_within_the_promises(seed: int) -> None:
    from small_floats import NAMED, drawn_format

    its = checks()
    draw, count = Draw(seed, "rounding"), 0
    for format in (*NAMED, drawn_format(draw)):
        assert 2 <= format.exponent_bits <= 5
        assert 1 <= format.mantissa_bits <= 10
        kinds = (
            its.normal_numbers,
            its.ties,
            its.near_ties,
            its.subnormal_numbers,
            its.numbers_beyond,
            its.the_format,
        )
        for numbers in kinds:
            x = numbers(draw, format)
            magnitude = x.abs()[x != 0]
            assert x.dtype == torch.float32
            assert bool(((magnitude >= 1e-30) & (magnitude <= 1e30)).all())
            count += len(x)
    assert count < 2**17


def test_every_misconception_has_a_wrong_solution() -> None:
    assert wrong_ideas("fp8") == {one.id for one in exercise("fp8").misconceptions}


def test_what_is_right_or_unforeseen_gets_no_name() -> None:
    from small_float_ideas import Case, thought_behind  # type: ignore[import-not-found]
    from small_floats import NAMED, rounded

    its, draw = checks(), Draw(4, "unforeseen")
    for change in (lambda y: y, lambda y: y * 1.01, lambda y: y.flip(0), lambda y: y + 0.25):
        cases = []
        for format in NAMED:
            x = its.normal_numbers(draw, format)
            cases.append(Case(x, format, change(rounded(x, format)).float()))
        assert thought_behind(cases) is None


def test_an_infinite_guess_resembles_nothing_finite() -> None:
    from agreement import agreed  # type: ignore[import-not-found]

    came, right = torch.arange(9.0), torch.zeros(9)
    infinite = torch.full((9,), torch.inf)
    assert agreed(came, right, [("infinite", infinite)], 1e-6) is None
    assert agreed(came, right, [("infinite", infinite), ("same", came)], 1e-6) == "same"
    assert agreed(came, right, [("one", came), ("other", came)]) is None
