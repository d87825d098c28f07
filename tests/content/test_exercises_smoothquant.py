"""The numbers that the exercise smoothquant states, its yardsticks and its suspects."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import torch

from tests.content.exercises import ROOT, example, exercise, reference
from tests.content.lesson_text import sources
from tutor.grading.draw import Draw

pytestmark = pytest.mark.usefixtures("graders")

FOLDER, GRADER = ROOT / "exercises" / "smoothquant", ROOT / "graders" / "smoothquant"

ABSMAX = (torch.tensor([81.0, 1.0, 16.0, 0.0]), torch.tensor([0.0625, 1.0, 0.0625, 0.5]))


def message(name: str) -> str:
    return next(one.message for one in exercise("smoothquant").misconceptions if one.id == name)


def drawn(seed: int, alpha: float = 0.6) -> tuple[Any, float]:
    from smoothing import layer  # type: ignore[import-not-found]

    return layer(Draw(seed, "layer"), 64, 100, 64, loud=3), alpha


# --- the example and the brief ----------------------------------------------------------------------


def test_the_example_prints_for_the_reference_what_its_comments_promise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    promised = re.findall(r"\)  # (\[.*\])$", (FOLDER / "example.py").read_text("utf-8"), flags=re.MULTILINE)
    printed = example("smoothquant", monkeypatch)
    assert len(promised) >= 7
    for line in promised:
        assert line in printed


def test_the_table_of_the_brief_is_what_the_reference_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    brief = " ".join(exercise("smoothquant").brief.split())
    for alpha, shown in ((0.5, [36, 1, 16]), (0.75, [54, 1, 16])):
        assert reference("smoothquant").smoothing_scales(*ABSMAX, alpha)[:3].tolist() == pytest.approx(shown)
    assert "9 / 0.25 = 36 | 27 / 0.5 = 54" in brief
    s = reference("smoothquant").smoothing_scales(*ABSMAX, 0.5)
    assert (ABSMAX[0] / s).tolist() == pytest.approx([2.25, 1, 1, 0])
    assert (ABSMAX[1] * s)[:3].tolist() == pytest.approx([2.25, 1, 1])
    printed = example("smoothquant", monkeypatch)
    stated = re.findall(r"−(\d\.\d{3})", brief)
    firsts = [f"{abs(float(n)):.3f}" for n in re.findall(r"(?m)^X.*Ŵ?.*\[\[(-\d\.\d+)", printed)]
    assert stated == ["4.562", "4.736", "4.570"]
    assert firsts == ["4.562", "4.562", "4.736", "4.570"]


def test_the_figures_of_messages_and_notice_hold() -> None:
    alphas = sources()["smoothquant-alpha"]["value"]
    assert f"α = {alphas['OPT, BLOOM']}, which serves OPT and BLOOM" in message("alpha-ignored")
    assert f"Llama-2 for instance {alphas['Llama-2, Llama-3']}" in " ".join(message("alpha-ignored").split())
    assert "even 1e-5 is 1 % of it" in message("epsilon-shifts-small-channels")
    for dtype, shown in ((torch.float16, 5e-4), (torch.bfloat16, 4e-3)):
        assert torch.finfo(dtype).eps / 2 == pytest.approx(shown, rel=0.1)
        assert f"{shown:.0e}".replace("e-0", "e-") in message("smoothed-in-16-bits")
    x, w = torch.tensor([40.0]), torch.tensor([0.1])
    s = reference("smoothquant").smoothing_scales(x, w, 0.5)
    assert float(x / s) == pytest.approx(float(w * s)) == pytest.approx(float((x * w).sqrt()))


# --- the yardsticks ---------------------------------------------------------------------------------


def test_the_judges_smoothing_is_the_formula_number_by_number() -> None:
    part, alpha = drawn(1)
    part.X[:, 5] = 0.0
    X, W = part.smoothed(alpha)
    for j in (0, 5, 17, 99):
        x, w = float(part.X[:, j].abs().max()), float(part.W[j].abs().max())
        s = x**alpha / w ** (1 - alpha) if x and w else 1.0
        assert np.allclose(X[:, j], part.X[:, j].double() / s)
        assert np.allclose(W[j], part.W[j].double() * s)


def test_the_int8_error_is_that_of_rounding_by_token_and_by_output() -> None:
    part, _ = drawn(2)
    X, W = part.X.double().numpy(), part.W.double().numpy()
    x_scale, w_scale = np.abs(X).max(axis=1, keepdims=True) / 127, np.abs(W).max(axis=0) / 127
    product = (np.rint(X / x_scale) @ np.rint(W / w_scale)) * x_scale * w_scale
    error = np.linalg.norm(product - X @ W) / np.linalg.norm(X @ W)
    assert part.w8a8_error(part.X, part.W) == pytest.approx(error, rel=1e-6)


def test_smoothing_helps_on_every_draw_and_allowed_scales_stay_clear_of_the_limit() -> None:
    from smoothing import FORMULA_TOLERANCE, W8A8_FACTOR, formula

    for seed in range(25):
        part, alpha = drawn(seed, alpha=0.5 + 0.006 * seed)
        own = part.w8a8_error(*part.smoothed(alpha))
        assert W8A8_FACTOR * own < 0.9 * part.w8a8_error(part.X, part.W)
        s = formula(part.x_absmax, part.w_absmax, alpha)
        jitter = 1 + FORMULA_TOLERANCE * torch.empty(len(s)).uniform_(-1, 1)
        for scales in (s * jitter, s.half().double()):
            assert part.w8a8_error(part.X / scales, part.W * scales[:, None]) < 0.97 * W8A8_FACTOR * own


def test_live_channels_keep_to_the_range_of_the_brief() -> None:
    from smoothing import LARGEST, SMALLEST

    for seed in range(10):
        part, _ = drawn(seed)
        for absmax in (part.x_absmax, part.w_absmax):
            assert SMALLEST * 0.99 <= float(absmax.min()) <= float(absmax.max()) <= LARGEST * 1.01
    assert SMALLEST > 1e-3
    assert LARGEST < 1e3


# --- what the grader concludes ----------------------------------------------------------------------


@pytest.mark.parametrize("alpha", [0.15, 0.35, 0.65, 0.85])
def test_each_wrong_formula_is_told_from_all_others(alpha: float) -> None:
    from smoothing import formula, sizes
    from smoothing_suspects import scale_suspects, thought_behind_scales

    draw = Draw(3, f"suspects {alpha}")
    x, w = sizes(draw, 70, 0.3, 90.0), sizes(draw, 70, 0.002, 1.5)
    right = formula(x, w, alpha)
    named: dict[str, int] = {}
    for idea, s in scale_suspects(x.double(), w.double(), alpha):
        if float((s / right - 1).abs().max()) < 2e-3:
            continue  # an epsilon too small to matter, a floor that no channel reaches
        told = thought_behind_scales(x, w, alpha, s.float())
        assert told in {idea, None}, idea
        named[idea] = named.get(idea, 0) + (told == idea)
    assert all(named.values()), named
    assert thought_behind_scales(x, w, alpha, right.float() * 3) == "scales-normalised"


def test_wrong_ideas_that_nobody_foresaw_get_no_name() -> None:
    from smoothing import formula, scales_given
    from smoothing_suspects import thought_behind_pair, thought_behind_scales

    part, alpha = drawn(4)
    right = formula(part.x_absmax, part.w_absmax, alpha)
    noisy = right * (1 + 0.1 * torch.rand(len(right)))
    assert thought_behind_scales(part.x_absmax, part.w_absmax, alpha, noisy) is None
    s = scales_given(Draw(4, "given"), 100)
    X_hat, W_hat = part.X / s, part.W * s[:, None]
    assert thought_behind_pair(part, s, X_hat.flip(0), W_hat) is None
    assert thought_behind_pair(part, s, X_hat, W_hat + 0.1) is None


def test_the_forms_of_smoothing_name_one_idea_each() -> None:
    from smoothing import scales_given
    from smoothing_suspects import PAIRS, activation_forms, thought_behind_pair, weight_forms

    part, _ = drawn(5)
    s = scales_given(Draw(5, "given"), 100)
    activations = dict(activation_forms(part.X.double(), s.double()))
    weights = dict(weight_forms(part.W.double(), s.double()))
    for (x_form, w_form), idea in PAIRS.items():
        assert thought_behind_pair(part, s, activations[x_form], weights[w_form]) == idea
    assert (
        thought_behind_pair(part, s, activations["divided"], weights["by outputs"]) == "scales-meet-outputs"
    )
    assert (
        thought_behind_pair(part, s, activations["by tokens"], weights["multiplied"]) == "scales-meet-tokens"
    )


@pytest.mark.parametrize("tokens", [1, 20, 65])
@pytest.mark.parametrize("half", [torch.float16, torch.bfloat16])
def test_16_bits_are_told_by_their_digits_however_many_roundings(tokens: int, half: torch.dtype) -> None:
    from smoothing import layer, scales_given
    from smoothing_suspects import thought_behind_pair

    for seed in range(20):
        part, s = layer(Draw(seed, "halves"), tokens, 36, 28), scales_given(Draw(seed, "given"), 36)
        X_hat = (part.X.to(half) / s.to(half)).float()
        W_hat = (part.W.to(half) * s.to(half)[:, None]).float()
        assert thought_behind_pair(part, s, X_hat, W_hat) == "smoothed-in-16-bits", seed


@pytest.mark.parametrize("tokens", [1, 20])
def test_a_result_that_one_token_explains_in_many_ways_is_not_called_other_scales(tokens: int) -> None:
    """One number a channel always has a factor of its own. A slight cut is a cut, or has no name."""
    from smoothing import layer, scales_given
    from smoothing_suspects import thought_behind_pair

    for seed in range(40):
        part, s = layer(Draw(seed, "cut"), tokens, 24, 16), scales_given(Draw(seed, "given"), 24)
        X, W_hat = part.X / s, part.W * s[:, None]
        for edge in (0.9995, 0.997, 0.992, 0.95):
            limit = edge * X.abs().max()
            told = thought_behind_pair(part, s, X.clamp(-limit, limit), W_hat)
            assert told == (None if edge > 0.998 else "outliers-cut-off"), (seed, edge)
        noisy = X * (1 + 1e-3 * torch.rand(X.shape, generator=torch.Generator().manual_seed(seed)))
        assert thought_behind_pair(part, s, noisy, W_hat) is None


def test_scales_of_its_own_are_told_from_the_given_ones() -> None:
    from smoothing import layer, scales_given
    from smoothing_suspects import thought_behind_pair

    for seed in range(20):
        part, s = layer(Draw(seed, "own"), 17, 36, 28), scales_given(Draw(seed, "given"), 36)
        own = (part.x_absmax / part.w_absmax).sqrt()
        told = thought_behind_pair(part, s, part.X / own, part.W * own[:, None])
        assert told == "other-scales-than-given"


def test_all_draws_hold_fewer_numbers_than_the_brief_says() -> None:
    """Counted on the largest draws that the checks ask for; the 1024 × 1024 matrix stands beside them."""
    matrices = [(32, 32, 32), (29, 40, 32), (45, 32, 56), (22, 51, 9), (20, 36, 28), (20, 36, 28)]
    matrices += [(70, 110, 70)] * 2
    assert sum(h * (t + o) for t, h, o in matrices) + 12 * 2 * 90 < 2**18
