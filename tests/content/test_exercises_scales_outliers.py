"""The numbers that the exercises per-row-scales and outlier-decomposition state are computed here."""

from __future__ import annotations

import re

import pytest
import torch

from tests.content.exercises import ROOT, example, exercise, misconception, reference
from tests.content.lesson_text import sources
from tutor.grading.draw import Draw

EXERCISES = ("per-row-scales", "outlier-decomposition")


def text_minus(text: str) -> str:
    return text.replace("−", "-")


# --- the examples -------------------------------------------------------------------------------


@pytest.mark.parametrize("id", EXERCISES)
def test_the_example_prints_for_the_reference_what_its_comments_promise(
    id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = (ROOT / "exercises" / id / "example.py").read_text("utf-8")
    promised = re.findall(r"\)  # (\[.*\])$", source, flags=re.MULTILINE)
    printed = example(id, monkeypatch)
    assert len(promised) >= 3
    for line in promised:
        assert line in printed


def test_the_rows_of_the_brief_have_the_scales_codes_and_errors_that_it_states() -> None:
    brief = text_minus(exercise("per-row-scales").brief)
    W = torch.tensor([[0.404, -1.27, 0.02, 0.9], [30.3, 12.6, -127.0, 61.8]])
    solution = reference("per-row-scales")
    q, scale = solution.quantize_rows(W)
    error = (W - solution.dequantize_rows(q, scale)).abs().amax(dim=1)

    assert scale.flatten().tolist() == pytest.approx([0.01, 1.0])
    for codes in q.tolist():
        assert ", ".join(map(str, codes)) in brief
    assert "The largest errors are 0.004 and 0.4." in brief
    assert error.tolist() == pytest.approx([0.004, 0.4], rel=1e-3)
    one_scale = (W[0] / (W.abs().max() / 127)).round()
    assert "0, -1, 0, 1" in brief
    assert one_scale.tolist() == [0, -1, 0, 1]


def test_the_product_of_the_brief_is_the_sum_that_it_states() -> None:
    brief = text_minus(" ".join(exercise("outlier-decomposition").brief.split()))
    X = torch.tensor([[0.51, -1.27, 20.0, 0.25], [-2.54, 0.3, -30.0, 1.0]], dtype=torch.float64)
    W = torch.tensor([0.508, 1.27, 0.3, -0.7], dtype=torch.float64)
    regular = torch.tensor([0, 1, 3])

    scales = X[:, regular].abs().amax(dim=1) / 127
    codes = (X[:, regular] / scales[:, None]).round()
    weight_codes = (W[regular] / (W[regular].abs().max() / 127)).round()
    assert scales.tolist() == pytest.approx([0.01, 0.02])
    for row in codes.int().tolist():
        assert ", ".join(map(str, row)) in brief
    assert weight_codes.tolist() == [51, 127, -70]

    int8_part = float(codes[0] @ weight_codes) * 0.01 * 0.01
    assert f"{int8_part:.4f}" == "-1.5278"
    assert "= -1.5278 + 6 = 4.472, where 4.471 is exact" in brief
    assert f"{int8_part + 6:.3f}" == "4.472"
    assert f"{float(X[0] @ W):.3f}" == "4.471"

    x_scale, w_scale = 20 / 127, 1.27 / 127
    everything = float((X[0] / x_scale).round() @ (W / w_scale).round()) * x_scale * w_scale
    assert "With all features in int8 it is 4.420." in brief
    assert f"{everything:.3f}" == "4.420"


# --- the figures in messages and notices ---------------------------------------------------------


def test_the_memory_that_the_messages_warn_of_is_computed() -> None:
    levels = misconception("per-row-scales", "all-levels-compared")
    products = misconception("outlier-decomposition", "every-product-kept")
    assert f"{4096 * 4096 * 255 * 4 / 1e9:.0f} GB" in levels
    assert f"{2048 * 4096 * 4096 * 4 / 1e9:.0f} GB" in products


def test_the_numbers_of_the_messages_on_formats_are_those_of_the_formats() -> None:
    overflow = misconception("outlier-decomposition", "integer-product-overflows")
    bfloat16 = misconception("outlier-decomposition", "outliers-in-bfloat16")
    assert f"{torch.finfo(torch.float16).max:.0f}" in overflow
    assert str(127 * 127) in overflow
    assert f"bfloat16 has {significant_bits(torch.bfloat16)} significant bits" in bfloat16
    assert f"float16 has {significant_bits(torch.float16)} bits" in bfloat16
    assert f"{40 / 127:.1f}" in misconception("outlier-decomposition", "everything-in-int8")
    small = misconception("per-row-scales", "epsilon-hides-small-rows")
    assert f"{1e-3 / 127:.0e}".replace("e-06", "e-6") in small


def significant_bits(dtype: torch.dtype) -> int:
    return 1 - round(torch.tensor(torch.finfo(dtype).eps).log2().item())


def test_the_notice_states_the_share_of_the_scales_and_of_the_outliers() -> None:
    assert f"{4 / 4096:.1%}".replace("%", " %") in exercise("per-row-scales").notice
    share = sources()["llmint8-outlier-share"]["value"]
    notice = exercise("outlier-decomposition").notice
    assert share["feature dims in 16 bit"] in notice
    assert share["values still in 8 bit"].removeprefix("more than ") in notice


def test_rounding_one_operand_leaves_seven_tenths_of_the_error(graders: None) -> None:
    from activations import activations, weights  # type: ignore[import-not-found]
    from vectorwise import int8  # type: ignore[import-not-found]

    draw = Draw(3, "one operand")
    X, W = activations(draw, 200, 128, 6.0), weights(draw, 128, 200)
    exact = X.double() @ W.double()
    both = float((int8(X, 1) @ int8(W, 0) - exact).norm())
    one = float((int8(X, 1) @ W.double() - exact).norm())
    assert "0.7 of the error" in misconception("outlier-decomposition", "weights-left-in-float")
    assert one / both == pytest.approx(0.7, abs=0.05)


# --- what the grader concludes --------------------------------------------------------------------


def test_a_wrong_round_trip_that_nobody_foresaw_gets_no_name(graders: None) -> None:
    from row_suspects import thought_behind  # type: ignore[import-not-found]

    W = Draw(5, "unforeseen").normal(24, 96)
    scale = W.abs().amax(dim=1, keepdim=True) / 100
    q = (W / scale).round().to(torch.int8)
    shifted = q.float() * scale + 0.3 * scale
    assert thought_behind(W, q, scale, shifted) is None
    assert thought_behind(W, q, scale, W.flip(0)) is None


def test_a_wrong_product_that_nobody_foresaw_gets_no_name(graders: None) -> None:
    from activations import activations, weights
    from outlier_suspects import thought_behind
    from vectorwise import Product

    draw = Draw(5, "unforeseen")
    X = activations(draw, 92, 120, 6.0, ("positive", "negative", "rare"))
    product = Product(X, weights(draw, 120, 92), 6.0)
    came = product.exact + 0.02 * product.exact.std() * draw.normal(*product.exact.shape)
    assert thought_behind(product, came) is None
    assert thought_behind(product, 1.1 * product.exact) is None


def test_activations_keep_away_from_the_threshold(graders: None) -> None:
    from activations import KINDS, activations

    for seed in range(20):
        draw = Draw(seed, "margin")
        threshold = draw.uniform(3.0, 8.0)
        X = activations(draw, 40, 60, threshold, tuple(KINDS))
        distance = (X.abs() / threshold - 1).abs()
        assert distance.min() > 0.05
        assert int((X.abs() > threshold).any(dim=0).sum()) == len(KINDS)
