"""The demo of Training for it: its gradients against those by hand, and what training wins back."""

from __future__ import annotations

import math
import re

import pytest
import torch

from tests.content.claims_training import HIGH, LOW, STEP, UPSTREAM, W, X, inside, step_slopes
from tests.content.demos import module, output


def table(text: str) -> dict[int, list[float]]:
    """Bits -> accuracy of PTQ, of training on in float, and of QAT."""
    lines = re.findall(r"(?m)^ +(\d) +([\d.]+) % +([\d.]+) % +([\d.]+) % +", text)
    return {int(bits): [float(share) for share in shares] for bits, *shares in lines}


def test_the_straight_through_gradients_are_those_of_the_lesson(monkeypatch: pytest.MonkeyPatch) -> None:
    demo = module("training")
    monkeypatch.setattr(demo, "ends", lambda bits: (LOW, HIGH))
    weights = torch.tensor([W], dtype=torch.float64, requires_grad=True)
    step = torch.tensor([[STEP]], dtype=torch.float64, requires_grad=True)
    x = torch.tensor(X, dtype=torch.float64)
    back = demo.fake_quantize(weights, step, 3)
    assert torch.allclose(back, torch.tensor([[0.4, -0.2, 0.6, -0.8]], dtype=torch.float64))
    (UPSTREAM * (back @ x)).sum().backward()
    expected = [UPSTREAM * xi if inside(w) else 0 for w, xi in zip(W, X, strict=True)]
    assert weights.grad is not None
    assert step.grad is not None
    assert weights.grad[0].tolist() == pytest.approx(expected)
    slopes = sum(UPSTREAM * xi * slope for xi, slope in zip(X, step_slopes(), strict=True))
    assert float(step.grad) == pytest.approx(slopes)


def test_without_the_estimator_every_gradient_is_zero() -> None:
    demo = module("training")
    weights = torch.tensor([W], dtype=torch.float64, requires_grad=True)
    step = torch.tensor([[STEP]], dtype=torch.float64)
    demo.fake_quantize(weights, step, 3, ste=False).sum().backward()
    assert weights.grad is not None
    assert not weights.grad.any()
    for ptq, _, qat in table(output("training", "--ste", "off", "--epochs", "20")).values():
        assert ptq == qat


@pytest.mark.parametrize("bits", [2, 3, 8])
def test_absmax_and_learned_steps_begin_where_the_formula_says(bits: int) -> None:
    demo = module("training")
    M = torch.randn(5, 40, dtype=torch.float64, generator=torch.Generator().manual_seed(bits))
    high = 2 ** (bits - 1) - 1
    assert demo.ends(bits) == (-high, high)
    for row, absmax, learned in zip(
        M.tolist(), demo.absmax_steps(M, bits, "row"), demo.lsq_steps(M, bits, "row"), strict=True
    ):
        assert float(absmax) == pytest.approx(max(map(abs, row)) / high)
        assert float(learned) == pytest.approx(2 * sum(map(abs, row)) / 40 / math.sqrt(high))


@pytest.mark.parametrize("seed", [0, 1])
def test_training_wins_back_what_three_bits_lose_and_nothing_at_eight(seed: int) -> None:
    came = table(output("training", "--seed", str(seed)))
    assert set(came) == {8, 4, 3, 2}
    assert abs(came[8][0] - came[8][2]) < 0.5
    assert came[3][2] > came[3][0] + 10
    assert came[3][2] > came[3][1] + 10, "more training in float does not do it"
    assert came[2][2] < 90, "three levels are too few with fixed steps"


def test_learned_steps_help_most_at_two_bits() -> None:
    fixed, learned = table(output("training")), table(output("training", "--steps", "learned"))
    gains = {bits: learned[bits][2] - fixed[bits][2] for bits in fixed}
    assert max(gains, key=lambda bits: gains[bits]) == 2
    assert gains[3] < 0


def test_the_weight_that_is_followed_changes_its_code_where_it_crosses_a_tie() -> None:
    lines = re.findall(r"(?m)^   epoch +\d+ +(-?[\d.]+) +(-?\d+)$", output("training"))
    assert len(lines) == 9
    assert all(abs(float(place) - int(code)) <= 0.5 for place, code in lines)
    assert len({code for _, code in lines}) == 2
