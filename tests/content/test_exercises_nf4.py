"""The numbers that the exercise nf4 states are computed here, and its levels are compared with bitsandbytes'."""

from __future__ import annotations

import re
from collections.abc import Iterator
from statistics import NormalDist
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.content.exercises import ROOT, example, exercise, loaded, one_line, wrong_ideas
from tutor.grading.draw import Draw

pytestmark = pytest.mark.usefixtures("graders")

GRADER = ROOT / "graders" / "nf4"
SEEDS = (1, 2, 3)


def message(id: str) -> str:
    return one_line(next(one.message for one in exercise("nf4").misconceptions if one.id == id))


REFERENCE = loaded(GRADER / "reference.py", "solution")


def checks() -> Any:
    return loaded(GRADER / "test_nf4.py", "checks_of_nf4")


# --- brief, example, messages -------------------------------------------------------------------


def test_the_brief_has_at_most_sixty_lines() -> None:
    assert len(exercise("nf4").brief.rstrip().splitlines()) <= 60


def test_the_example_prints_for_the_reference_what_its_comments_promise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = ROOT / "exercises" / "nf4" / "example.py"
    printed = example("nf4", monkeypatch)
    promised = re.findall(r"\)  # (\[.*\])$", file.read_text("utf-8"), flags=re.MULTILINE)
    assert len(promised) == 4
    for line in promised:
        assert line in printed


def test_the_brief_states_the_example_and_the_limits() -> None:
    from nf4_levels import LEVELS, WIDEST_GAP  # type: ignore[import-not-found]

    brief = one_line(exercise("nf4").brief)
    W = torch.tensor([0.5, -0.12, 0.0, 0.06, -2.0, 0.9, 0.3, -1.2, 0.04])
    back = REFERENCE.dequantize_nf4(*REFERENCE.quantize_nf4(W, 4), 4)
    for block in back.split(4):
        numbers = [f"{w:.4f}".rstrip("0").rstrip(".") for w in block.tolist()]
        numbers = [f"{float(n):.1f}" if n in ("2", "-2") else n for n in numbers]
        assert ", ".join(numbers) in brief
    assert f"lie {LEVELS[6]:.3f} and {LEVELS[8]:.3f}" in brief
    assert f"{1.05 * WIDEST_GAP:.2f} · absmax" in brief
    assert checks().LEVEL_TOLERANCE == 0.001


def test_the_figures_of_hints_messages_and_the_notice_are_computed() -> None:
    from nf4_levels import LEVELS, absmax_of_blocks, nearest_level, yardstick_of

    largest = NormalDist().inv_cdf(0.9677083)
    assert f"{largest:.3f}" == "1.848"
    assert "1.848" in message("quantiles-not-normalised")
    assert pytest.approx(0.9677083, abs=1e-7) == (1 - 1 / 30 + 1 - 1 / 32) / 2
    assert "mean of 1 - 1/30 and 1 - 1/32" in message("another-offset")
    assert (64 / 64, 16 * 4, 16 * 8) == (1, 64, 128)  # float64 absmax, distances

    notice = one_line(exercise("nf4").notice)
    single, double = 32 / 64, 8 / 64 + 32 / (64 * 256)
    assert f"= {single} bits" in notice
    assert f"{double:.3f} bits instead of 0.5" in notice
    assert f"{single - double:.3f} bits a weight are saved" in notice
    assert f"{65e9 * (single - double) / 8 / 1e9:.0f} GB" in notice

    W = torch.randn(2**18, generator=torch.Generator().manual_seed(1))
    yardstick, absmax = yardstick_of(W, 64), absmax_of_blocks(W.double(), 64)

    def ratio(levels: Tensor) -> float:
        return yardstick.ratio_of(levels[nearest_level(W / absmax, levels)] * absmax)

    assert f"{ratio(torch.arange(-7, 8, dtype=torch.float64) / 7):.2f} times the error of NF4" in notice
    assert f"leave {ratio(torch.linspace(-1, 1, 16, dtype=torch.float64)):.2f} times" in notice
    shares = torch.bincount(nearest_level(W / absmax), minlength=16) / len(W)
    filled = f"{100 * shares[7]:.0f} % of the weights take the level 0, {100 * shares[15]:.0f} % the level 1"
    assert filled in notice
    fitted, x = LEVELS, W / absmax
    for _ in range(40):
        nearest = nearest_level(x, fitted)
        fitted = torch.bincount(nearest, weights=x, minlength=16) / torch.bincount(nearest, minlength=16)
    assert f"leave {ratio(fitted):.2f} times" in notice
    assert bool((fitted.abs() > 0.01).all())


# --- levels and yardstick -----------------------------------------------------------------------


def test_the_levels_are_those_of_bitsandbytes_and_of_the_reference() -> None:
    functional = pytest.importorskip("bitsandbytes.functional")
    from nf4_levels import LEVELS

    theirs = functional.get_4bit_type("nf4", device="cpu").double()
    assert (LEVELS - theirs).abs().max() <= 1e-6
    assert (REFERENCE.normal_levels().double() - theirs).abs().max() <= 1e-6
    assert LEVELS[7] == 0


@pytest.mark.parametrize("block_size", [64, 256])
def test_the_yardstick_and_the_reference_bring_back_what_bitsandbytes_does(block_size: int) -> None:
    functional = pytest.importorskip("bitsandbytes.functional")
    from nf4_levels import yardstick_of

    W = torch.randn(block_size * 40, generator=torch.Generator().manual_seed(2)) * 0.05
    packed, state = functional.quantize_4bit(W, blocksize=block_size, quant_type="nf4")
    theirs = functional.dequantize_4bit(packed, state, quant_type="nf4").flatten()
    back = REFERENCE.dequantize_nf4(*REFERENCE.quantize_nf4(W, block_size), block_size)
    for mine in (yardstick_of(W, block_size).W_hat, back):
        assert ((mine - theirs).abs() <= 1e-5 * W.abs().max()).double().mean() > 0.999  # but for ties
        assert (mine - W).norm() == pytest.approx(float((theirs - W).norm()), rel=1e-4)


def test_the_yardstick_is_that_of_plain_loops() -> None:
    from nf4_draws import blocked  # type: ignore[import-not-found]
    from nf4_levels import LEVELS, yardstick_of

    W, block_size = blocked(Draw(4, "yardstick"), "zeros")
    weights, total = W.double().tolist(), 0.0
    for start in range(0, len(weights), block_size):
        block = weights[start : start + block_size]
        absmax = max(abs(w) for w in block)
        total += sum(min((w - level * absmax) ** 2 for level in LEVELS.tolist()) for w in block)
    yardstick = yardstick_of(W, block_size)
    assert yardstick.error == pytest.approx(total**0.5, rel=1e-5)
    assert not yardstick.W_hat[W == 0].count_nonzero()


# --- inputs and margins -------------------------------------------------------------------------


def norm_draws(seed: int) -> Iterator[tuple[str, Any]]:
    from nf4_draws import FAMILIES, blocked

    for name in FAMILIES:
        if name not in checks().EXACT:
            yield name, blocked(Draw(seed, name), name)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_family_keeps_the_promises_about_inputs(seed: int) -> None:
    from nf4_draws import FAMILIES, blocked
    from nf4_levels import absmax_of_blocks

    for name in FAMILIES:
        W, block_size = blocked(Draw(seed, name), name)
        absmax = absmax_of_blocks(W, block_size)
        live = absmax[absmax > 0]
        assert bool(((live >= 1e-3) & (live <= 1e3)).all()), name
        assert name in checks().EXACT or block_size >= 64
    assert 2 * sum(len(drawn.W) for _, drawn in norm_draws(seed)) < 2**18


@pytest.mark.parametrize("seed", SEEDS)
def test_right_scales_keep_the_limits_with_room(seed: int) -> None:
    from nf4_levels import LEVELS, distance_from_levels, nearest_level, yardstick_of

    for name, (W, block_size) in norm_draws(seed):
        yardstick = yardstick_of(W, block_size)
        for absmax in (yardstick.step.half().double(), yardstick.step.bfloat16().double(), -yardstick.step):
            x = W / torch.where(absmax == 0, 1.0, absmax)
            back = (LEVELS[nearest_level(x)] * absmax).float()
            if absmax[0] >= 0:  # with the other sign blocks of one sign have seven levels
                assert yardstick.ratio_of(back) < 0.97 * yardstick.ratio_limit, name
            assert distance_from_levels(back, block_size) < 1e-4


def test_levels_of_sixteen_bits_are_near_enough_and_those_of_another_offset_are_not() -> None:
    from nf4_draws import blocked
    from nf4_levels import LEVELS, distance_from_levels, nearest_level, normal_levels

    W, block_size = blocked(Draw(1, "offset"), "one block")
    x = W.double() / W.abs().max()
    limit = checks().LEVEL_TOLERANCE
    for levels in (LEVELS.half().double(), (LEVELS * 1e4).round() / 1e4):
        assert distance_from_levels(levels[nearest_level(x)], block_size) < 0.6 * limit
    for offset in (1 - 1 / 32, 1 - 1 / 30, 0.97):
        assert distance_from_levels(normal_levels(offset)[nearest_level(x)], block_size) > 2 * limit


# --- what the grader concludes ------------------------------------------------------------------


def test_every_misconception_has_a_wrong_solution() -> None:
    assert wrong_ideas("nf4") == {one.id for one in exercise("nf4").misconceptions}


def test_what_is_right_or_unforeseen_gets_no_name() -> None:
    from nf4_draws import blocked
    from nf4_suspects import RoundTrip, thought_behind  # type: ignore[import-not-found]

    for name in ("usual", "short last", "zeros"):
        W, block_size = blocked(Draw(5, name), name)
        codes, absmax = REFERENCE.quantize_nf4(W, block_size)
        came = REFERENCE.dequantize_nf4(codes, absmax, block_size)
        for unforeseen in (came, came + 0.1 * came.std(), W.flip(0), came.nan_to_num() * 0.8):
            assert thought_behind(RoundTrip(W, block_size, codes, absmax, unforeseen)) is None
