"""The numbers that the exercises zero-point and group-wise state are computed here, and their checks tried."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.content.exercises import ROOT, example, exercise, loaded, one_line, reference, wrong_ideas
from tutor.grading.draw import Draw

pytestmark = pytest.mark.usefixtures("graders")

EXERCISES = ("zero-point", "group-wise")
SEEDS = (1, 2, 3)


def misconception(id: str, name: str) -> str:
    return one_line(next(one.message for one in exercise(id).misconceptions if one.id == name))


def checks(id: str) -> Any:
    return loaded(ROOT / "graders" / id / f"test_{id.replace('-', '_')}.py", "checks")


# --- briefs, examples, messages -----------------------------------------------------------------


@pytest.mark.parametrize("id", EXERCISES)
def test_the_example_prints_for_the_reference_what_its_comments_promise(
    id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = ROOT / "exercises" / id / "example.py"
    printed = example(id, monkeypatch)
    promised = re.findall(r"\)  # (\[.*\])$", file.read_text("utf-8"), flags=re.MULTILINE)
    assert len(promised) >= 2
    for line in promised:
        assert line in printed


def test_the_rows_of_the_brief_of_zero_point_are_those_of_the_reference() -> None:
    brief = one_line(exercise("zero-point").brief)
    W = torch.tensor([[-0.51, 0.0, 1.204, 2.04], [-1.0, -5.1, -2.505, -0.3]])
    solution = reference("zero-point")
    q, scale, zero_point = solution.quantize_asymmetric(W)
    for codes, step, zero in zip(q.tolist(), scale.flatten(), zero_point.flatten(), strict=True):
        assert f"{float(step):.2f} | {int(zero)} | {', '.join(map(str, codes))} |" in brief
    back = solution.dequantize_asymmetric(q, scale, zero_point)
    wanted = torch.tensor([[-0.51, 0.0, 1.20, 2.04], [-1.0, -5.1, -2.50, -0.3]])
    assert torch.allclose(back, wanted, atol=1e-5)
    symmetric = (W.abs().amax(dim=1) / 127).tolist()
    assert "the steps would be {:.3f} and {:.3f}".format(*symmetric) in brief


def test_the_row_of_the_brief_of_group_wise_is_that_of_the_reference() -> None:
    brief = one_line(exercise("group-wise").brief)
    W = torch.tensor([[0.06, -0.14, 0.034, 7.0, 3.2, -1.9, 0.3]])
    solution = reference("group-wise")
    q, scale = solution.quantize_groups(W, 3)
    for group, codes in enumerate(q[0].split(3)):
        assert f"| {', '.join(map(str, codes.tolist()))} |" in brief
        assert ("0.02", "1.0", "0.3 / 7")[group] in brief
    assert scale[0].tolist() == pytest.approx([0.02, 1.0, 0.3 / 7])
    back = solution.dequantize_groups(q, scale, 3)[0].tolist()
    assert back == pytest.approx([0.06, -0.14, 0.04, 7.0, 3.0, -2.0, 0.3])
    whole = W.abs().max() / 7
    assert not (W[0, [0, 1, 2, 6]] / whole).round().any()


def test_the_figures_of_messages_and_notices_are_computed() -> None:
    assert f"{4096 * 4096 * 256 * 4 / 1e9:.0f} GB" in misconception("zero-point", "all-levels-compared")
    small = misconception("zero-point", "epsilon-hides-small-rows")
    assert f"{1e-3 / 255:.0e}".replace("e-06", "e-6") in small
    assert f"{1e-3 / 7:.0e}".replace("e-04", "e-4") in misconception(
        "group-wise", "epsilon-hides-small-groups"
    )
    assert 64 / 32 == 4 / 2  # two bits a weight, half as much as the codes
    notice = one_line(exercise("group-wise").notice)
    assert "16 / 128 = 0.125 bits" in notice
    assert "4.125 bits" in notice
    assert "groups of 32 cost 0.5" in notice
    assert (4096 // 128, 4096 // 32, 16 / 32) == (32, 128, 0.5)
    # One bit: half the step. From 0 to v in 255 steps, against v / 127.
    assert torch.tensor(255 / 127).log2().item() == pytest.approx(1, abs=0.01)


def test_a_zero_point_leaves_the_sum_over_weights_as_the_notice_says() -> None:
    x, q = torch.randn(8, dtype=torch.float64), torch.randint(0, 256, (3, 8)).double()
    z, s = torch.randint(0, 256, (3, 1)).double(), torch.rand(3, 1, dtype=torch.float64)
    product = ((q - z) * s) @ x
    assert torch.allclose(product, s[:, 0] * (q @ x - z[:, 0] * x.sum()))


# --- yardsticks ---------------------------------------------------------------------------------


def test_the_yardstick_of_zero_point_is_that_of_plain_loops() -> None:
    from skewed import skewed  # type: ignore[import-not-found]
    from yardsticks import min_max_per_row  # type: ignore[import-not-found]

    W = skewed(Draw(4, "yardstick"), "zero rows", 400)
    yardstick = min_max_per_row(W)
    total = 0.0
    for row in W.double().tolist():
        low, high = min(*row, 0.0), max(*row, 0.0)
        step = (high - low) / 255
        zero = round(-low / step) if step else 0
        codes = [min(255, max(0, round(w / step) + zero)) if step else 0 for w in row]
        total += sum((w - (code - zero) * step) ** 2 for w, code in zip(row, codes, strict=True))
    assert yardstick.error == pytest.approx(total**0.5, rel=1e-5)
    assert yardstick.zeros_kept(yardstick.W_hat)
    assert 0.4 < yardstick.largest_of(yardstick.W_hat) <= 1.0


def test_the_yardstick_of_group_wise_is_that_of_plain_loops() -> None:
    from grouped import grouped  # type: ignore[import-not-found]
    from yardsticks import absmax_per_group

    W, size = grouped(Draw(4, "yardstick"), "zero groups", 400)
    total = 0.0
    for row in W.double().tolist():
        for start in range(0, len(row), size):
            group = row[start : start + size]
            step = max(abs(w) for w in group) / 7
            total += sum((w - round(w / step) * step) ** 2 for w in group) if step else 0.0
    assert absmax_per_group(W, size).error == pytest.approx(total**0.5, rel=1e-5)


# --- inputs and margins -------------------------------------------------------------------------


def norm_draws_of_rows(seed: int) -> Iterator[tuple[str, Tensor]]:
    from skewed import FAMILIES, skewed

    exact = checks("zero-point").EXACT
    for name in FAMILIES:
        if name not in (*exact, "zero matrix"):
            yield name, skewed(Draw(seed, name), name)


def norm_draws_of_groups(seed: int) -> Iterator[tuple[str, Any]]:
    from grouped import FAMILIES, grouped

    exact = checks("group-wise").EXACT
    for name in FAMILIES:
        if name not in exact:
            yield name, grouped(Draw(seed, name), name)


def test_every_family_keeps_the_promises_about_inputs() -> None:
    from grouped import FAMILIES, grouped
    from skewed import FAMILIES as ROWS
    from skewed import skewed
    from yardsticks import absmax_of_groups

    for seed in SEEDS:
        absmaxes = [skewed(Draw(seed, name), name).abs().amax(dim=1) for name in ROWS]
        for name in FAMILIES:
            W, size = grouped(Draw(seed, name), name)
            assert size >= 1
            absmaxes.append(absmax_of_groups(W, size).flatten())
        for absmax in absmaxes:
            live = absmax[absmax > 0]
            assert bool(((live >= 1e-3) & (live <= 1e3)).all())


@pytest.mark.parametrize("seed", SEEDS)
def test_all_draws_of_a_grading_are_few_enough_for_plain_loops(seed: int) -> None:
    rows = sum(W.numel() for _, W in norm_draws_of_rows(seed))
    groups = sum(drawn.W.numel() for _, drawn in norm_draws_of_groups(seed))
    assert max(rows, groups) < 2**17  # half of what is promised: the exact families are small


@pytest.mark.parametrize("seed", SEEDS)
def test_right_grids_of_rows_keep_the_limit_with_room(seed: int) -> None:
    from yardsticks import min_max_per_row, widened_range

    for name, W in norm_draws_of_rows(seed):
        yardstick, exact = min_max_per_row(W), W.double()
        low, high = widened_range(exact)
        for step in ((high - low) / 254, ((high - low) / 255).half().double()):
            divisor = torch.where(step > 0, step, 1.0)
            zero = (-low / divisor).round().clamp(0, 255)
            back = (((exact / divisor).round() + zero).clamp(0, 255) - zero) * step
            assert yardstick.ratio_of(back.float()) < 0.99 * yardstick.ratio_limit, name


@pytest.mark.parametrize("seed", SEEDS)
def test_right_grids_of_groups_keep_the_limit_with_room(seed: int) -> None:
    from yardsticks import absmax_per_group

    for name, (W, size) in norm_draws_of_groups(seed):
        yardstick = absmax_per_group(W, size)
        for levels in (7, 7.5, 8):
            step = (7 * yardstick.step / levels).half().double()
            back = (W / torch.where(step > 0, step, 1.0)).round().clamp(-8, 7) * step
            assert yardstick.ratio_of(back.float()) < 0.97 * yardstick.ratio_limit, (name, levels)


@pytest.mark.parametrize("seed", SEEDS)
def test_wrong_grids_break_the_limit_with_room(seed: int) -> None:
    from grouped import grouped
    from skewed import skewed
    from yardsticks import absmax_per_group, absmax_per_row, min_max_per_row, widened_range

    W = skewed(Draw(seed, "wrong"), "skewed")
    yardstick, exact = min_max_per_row(W), W.double()
    low, high = widened_range(exact)
    step = (high - low) / 255
    apart = (((exact - low) / step).round() - (-low / step).round()) * step
    assert yardstick.ratio_of(apart) > 1.1 * yardstick.ratio_limit
    assert yardstick.ratio_of(absmax_per_row(W).W_hat) > 1.1 * yardstick.ratio_limit

    W, size = grouped(Draw(seed, "wrong"), "apart")
    limit = absmax_per_group(W, size).ratio_limit
    assert absmax_per_group(W, size).ratio_of(absmax_per_row(W, 7).W_hat) > 1.1 * limit


# --- what the graders conclude --------------------------------------------------------------------


@pytest.mark.parametrize("id", EXERCISES)
def test_every_misconception_has_a_wrong_solution(id: str) -> None:
    assert wrong_ideas(id) == {one.id for one in exercise(id).misconceptions}


def test_a_wrong_round_trip_of_rows_that_nobody_foresaw_gets_no_name() -> None:
    from skewed import skewed
    from zero_point_suspects import RoundTrip, thought_behind  # type: ignore[import-not-found]

    W = skewed(Draw(5, "unforeseen"), "skewed")
    encoded = reference("zero-point").quantize_asymmetric(W)
    came = reference("zero-point").dequantize_asymmetric(*encoded)
    assert thought_behind(RoundTrip(W, *encoded, came)) is None
    assert thought_behind(RoundTrip(W, *encoded, came + 0.7 * encoded[1])) is None
    assert thought_behind(RoundTrip(W, *encoded, W.flip(0))) is None


def test_a_wrong_round_trip_of_groups_that_nobody_foresaw_gets_no_name() -> None:
    from group_suspects import RoundTrip, thought_behind  # type: ignore[import-not-found]
    from grouped import grouped

    W, size = grouped(Draw(5, "unforeseen"), "short last")
    q, scale = reference("group-wise").quantize_groups(W, size)
    came = reference("group-wise").dequantize_groups(q, scale, size)
    assert thought_behind(RoundTrip(W, size, q, scale, came)) is None
    assert thought_behind(RoundTrip(W, size, q, scale, came + 0.1 * came.std())) is None
    assert thought_behind(RoundTrip(W, size, q, scale, W.flip(0))) is None


def test_two_ideas_that_bring_back_the_same_are_no_evidence_for_either() -> None:
    from explained import explained  # type: ignore[import-not-found]

    W, step = torch.randn(4, 8), torch.ones(4, 1)
    came = W + 1
    assert explained(W, came, step, [("one", came), ("other", came + 5)]) == "one"
    assert explained(W, came, step, [("one", came), ("other", came.clone())]) is None
    assert explained(W, W + 0.5, step, [("one", came)]) is None


def test_a_zero_point_that_wraps_or_is_cut_off_is_told_by_what_is_stored() -> None:
    from skewed import one_sided_rows
    from zero_point_suspects import RoundTrip, thought_behind

    W = one_sided_rows(Draw(6, "wraps"), 40, 120)
    low, high = W.amin(dim=1, keepdim=True), W.amax(dim=1, keepdim=True)
    scale = (high - low) / 255
    zero = (-low / scale).round()
    q = ((W / scale).round() + zero).clamp(0, 255).to(torch.uint8)
    for stored in (zero.clamp(0, 255), zero.remainder(256)):
        came = (q.float() - stored) * scale
        trip = RoundTrip(W, q, scale, stored.to(torch.int32), came)
        assert thought_behind(trip) == "zero-point-does-not-fit"
