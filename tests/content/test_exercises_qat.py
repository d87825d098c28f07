"""The numbers that the exercise qat states, its yardsticks, and what its judge concludes."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import torch

from tests.content.exercises import ROOT, example, exercise, reference
from tutor.grading.draw import Draw

pytestmark = pytest.mark.usefixtures("graders")

FOLDER, GRADER = ROOT / "exercises" / "qat", ROOT / "graders" / "qat"
X = torch.tensor([[1.0, 2.0, -1.0, 0.5]])
W = torch.tensor([[0.9, -0.26, 2.4, -1.3], [0.02, 0.11, -0.3, 0.07]])
SCALE, UPSTREAM = torch.tensor([[0.5], [0.05]]), torch.tensor([[2.0, -1.0]])


def drawn(seed: int, grid: tuple[int, int] = (-4, 3)) -> Any:
    from qat_layers import layer  # type: ignore[import-not-found]

    return layer(Draw(seed, "layer"), 21, 34, 13, grid=grid)


# --- the brief and the example ----------------------------------------------------------------------


def test_the_example_prints_for_the_reference_what_its_comments_promise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    promised = re.findall(r"\)  # (\[.*\])$", (FOLDER / "example.py").read_text("utf-8"), flags=re.MULTILINE)
    text = example("qat", monkeypatch)
    assert len(promised) == 4
    assert all(line in text for line in promised)
    before, after = re.findall(r"rounded to 3 bits ([\d.]+)%", text)
    assert float(after) > float(before) + 5


def test_the_table_of_the_brief_is_what_the_formulas_give() -> None:
    brief = exercise("qat").brief.replace("−", "-").replace("*", "")
    rows = [line.strip("| ").split(" | ") for line in brief.splitlines() if line.startswith("| 0.")]
    u = (W / SCALE).tolist()
    for o, (weights, scale, steps, back, output, gradient) in enumerate(rows):
        rounded = [min(max(round(value), -4), 3) * float(scale) for value in u[o]]
        inside = [-4 <= value <= 3 for value in u[o]]
        assert [float(n) for n in weights.split(", ")] == pytest.approx(W[o].tolist())
        assert [float(n) for n in steps.split(", ")] == pytest.approx(u[o], rel=1e-5)
        assert [float(n) for n in back.split(", ")] == pytest.approx(rounded)
        assert float(output) == pytest.approx(sum(a * b for a, b in zip(X[0].tolist(), rounded, strict=True)))
        G = UPSTREAM[0, o].item()
        wanted = [G * x * on for x, on in zip(X[0].tolist(), inside, strict=True)]
        assert [float(n) for n in gradient.split(", ")] == pytest.approx(wanted)
    assert len(rows) == 2
    grad_X, _ = reference("qat").linear_gradients(X, W, SCALE, -4, 3, UPSTREAM)
    assert grad_X[0].tolist() == pytest.approx([2, -1.1, 3.2, -3.05])
    assert "grad_X is 2, -1.1, 3.2, -3.05" in brief


def test_the_sizes_that_the_brief_and_the_notice_state() -> None:
    from qat_networks import HIDDEN, JUDGED, POINTS, initial  # type: ignore[import-not-found]

    weights = sum(W.numel() for W in initial(Draw(0, "sizes")))
    assert weights == 744
    assert (HIDDEN, POINTS, JUDGED) == (24, 1024, 4096)
    text = exercise("qat").brief + (exercise("qat").notice or "")
    assert text.count("744 weights") == 2
    assert "1,024 points" in text
    assert "4,096 new points" in " ".join(text.split())
    assert 4 + 4 + 2 * 4 == 16
    assert 70e9 * 16 > 1e12


# --- the layer --------------------------------------------------------------------------------------


@pytest.mark.parametrize("grid", [(-4, 3), (-3, 3), (-8, 7), (-2, 1), (-1, 1)])
def test_no_weight_is_drawn_where_right_ways_differ(grid: tuple[int, int]) -> None:
    low, high = grid
    for seed in range(20):
        part = drawn(seed, grid)
        u = part.steps
        assert float(((u - u.floor()) - 0.5).abs().min()) > 0.015, "a tie"
        first_rounded = (u.round() >= low) & (u.round() <= high)
        assert torch.equal(first_rounded, part.inside)
        assert torch.equal((u > low) & (u < high), part.inside)
        assert 0.05 < float((~part.inside).double().mean()) < 0.6


def test_the_gradients_are_those_of_torchs_own_operator() -> None:
    for seed in range(3):
        part = drawn(seed)
        inputs = [M.clone().requires_grad_() for M in (part.X, part.W)]
        zero_points = torch.zeros(len(part.W), dtype=torch.int32)
        W_hat = torch.fake_quantize_per_channel_affine(
            inputs[1], part.scale.flatten(), zero_points, 0, part.low, part.high
        )
        grad_X, grad_W = torch.autograd.grad(inputs[0] @ W_hat.T, inputs, part.G)
        assert part.step_error(W_hat.detach()) < 1e-5
        assert part.weight_gradient_error(grad_W) < 1e-6
        assert part.input_gradient_error(grad_X) < 1e-6


def test_each_idea_is_told_from_all_others() -> None:
    from qat_suspects import (  # type: ignore[import-not-found]
        input_gradient_forms,
        output_forms,
        thought_of_input_gradient,
        thought_of_output,
        thought_of_weight_gradient,
        thought_of_weights,
        weight_forms,
        weight_gradient_forms,
    )

    pairs = (
        (weight_forms, thought_of_weights),
        (output_forms, thought_of_output),
        (weight_gradient_forms, thought_of_weight_gradient),
        (input_gradient_forms, thought_of_input_gradient),
    )
    for forms, thought in pairs:
        named: dict[str, bool] = {}
        for seed in range(3):
            part = drawn(seed)
            for idea, form in forms(part):
                told = thought(part, form.float())
                assert told in {idea, None}, (idea, told)
                named[idea] = named.get(idea, False) or told == idea
        assert all(named.values()), named


def test_what_is_right_or_unforeseen_gets_no_name() -> None:
    from qat_suspects import thought_of_output, thought_of_weight_gradient, thought_of_weights

    part = drawn(5)
    assert thought_of_weights(part, part.W_hat.float()) is None
    noise = torch.randn(part.W.shape, generator=torch.Generator().manual_seed(0))
    assert thought_of_weights(part, part.W_hat.float() + noise) is None
    assert thought_of_weight_gradient(part, part.grad_W.float() + noise) is None
    assert thought_of_output(part, part.Y.float() * 1.3) is None


# --- training ---------------------------------------------------------------------------------------


def task(seed: int) -> Any:
    from qat_networks import task as drawn_task

    return drawn_task(Draw(seed, "test_training"), -3, 3)


@pytest.mark.parametrize("seed", [1, 2])
def test_plain_rounding_costs_much_and_training_brings_it_back(seed: int) -> None:
    found = task(seed)
    assert found.float_accuracy >= 0.97
    assert found.float_accuracy - found.rounded_accuracy >= 0.2
    assert found.recovered(found.weights) == 0
    came = reference("qat").train(found.seen.X, found.seen.y, found.weights, found.scales, -3, 3)
    assert found.recovered(came) > 0.8
    assert found.recovered(found.rounded(came)) == found.recovered(came), "rounding twice changes nothing"


def test_the_judges_accuracy_is_that_of_counting_point_by_point() -> None:
    found = task(3)
    codes = [
        np.clip(np.rint((W / s).numpy()), -3, 3) for W, s in zip(found.weights, found.scales, strict=True)
    ]
    right = 0
    for x, y in zip(found.fresh.X.numpy(), found.fresh.y.tolist(), strict=True):
        for number, (q, scale) in enumerate(zip(codes, found.scales, strict=True)):
            x = np.maximum(x, 0) if number else x
            x = (q * scale.numpy()) @ x
        right += int(x.argmax() == y)
    assert right / len(found.fresh.y) == pytest.approx(found.rounded_accuracy, abs=1e-3)


def test_points_of_both_sets_are_drawn_alike_and_differ() -> None:
    found = task(4)
    assert found.seen.X.shape == (1024, 3)
    assert found.fresh.X.shape == (4096, 3)
    assert bool((found.fresh.X[:, 2] == 1).all())
    assert sorted(set(found.fresh.y.tolist())) == [0, 1, 2, 3]
    assert not torch.equal(found.fresh.X[:1024], found.seen.X)


def test_no_weight_of_a_network_is_a_single_step_away_from_another_code() -> None:
    from qat_networks import CLEAR, RATE

    found = task(6)
    for W, scale in zip(found.weights, found.scales, strict=True):
        steps = W / scale
        assert float((steps - steps.floor() - 0.5).abs().min()) > CLEAR - 1e-3
        assert float(scale.min()) * CLEAR > 2 * RATE


def without_latent_weights(found: Any, rate: float) -> list[torch.Tensor]:
    """The recipe of the brief, with the weights rounded after each step."""
    right = reference("qat")
    weights = [W.clone().requires_grad_() for W in found.weights]
    optimizer = torch.optim.Adam(weights, lr=rate)
    for _ in range(60):
        A = found.seen.X
        for number, (W, scale) in enumerate(zip(weights, found.scales, strict=True)):
            A = right.quantized_linear(A if number == 0 else A.relu(), W, scale, -3, 3)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(A, found.seen.y).backward()
        optimizer.step()
        with torch.no_grad():
            for W, rounded in zip(weights, found.rounded(weights), strict=True):
                W.copy_(rounded)
    return [W.detach() for W in weights]


@pytest.mark.parametrize("seed", range(1, 5))
def test_without_latent_weights_next_to_nothing_is_recovered(seed: int) -> None:
    from qat_training import thought_of_training

    found = task(seed)
    came = without_latent_weights(found, 0.01)
    assert abs(found.recovered(came)) < 0.1
    assert thought_of_training(found, came) == "latent-weights-rounded"


def without_relu(found: Any) -> list[torch.Tensor]:
    right = reference("qat")
    weights = [W.clone().requires_grad_() for W in found.weights]
    optimizer = torch.optim.Adam(weights, lr=0.01)
    for _ in range(100):
        A = found.seen.X
        for W, scale in zip(weights, found.scales, strict=True):
            A = right.quantized_linear(A, W, scale, -3, 3)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(A, found.seen.y).backward()
        optimizer.step()
    return [W.detach() for W in weights]


def uphill(found: Any) -> list[torch.Tensor]:
    """Fifty steps the gradient's way."""
    from qat_networks import logits_of

    weights = found.weights
    for _ in range(50):
        rounded = [W.requires_grad_() for W in found.rounded(weights)]
        loss = torch.nn.functional.cross_entropy(logits_of(found.seen.X, rounded), found.seen.y)
        gradients = torch.autograd.grad(loss, rounded)
        weights = [W + 0.05 * G for W, G in zip(weights, gradients, strict=True)]
    return weights


def test_what_is_told_of_weights_that_did_not_help() -> None:
    from qat_networks import trained
    from qat_training import thought_of_training  # type: ignore[import-not-found]

    found = task(5)
    codes = [(W / s).round().clamp(-3, 3) for W, s in zip(found.weights, found.scales, strict=True)]
    ideas = {
        "nothing-learned": found.weights,
        "codes-not-scaled-back": codes,
        "latent-weights-rounded": found.rounded(found.weights),
        "too-little-training": [W + 1e-6 for W in found.weights],
        "trained-without-this-rounding": trained(found.seen, found.weights),
        "relu-left-out": without_relu(found),
        "sign-of-the-step": uphill(found),
    }
    for idea, weights in ideas.items():
        assert thought_of_training(found, weights) == idea
    generator = torch.Generator().manual_seed(0)
    small = [0.1 * torch.randn(W.shape, generator=generator) for W in found.weights]
    assert thought_of_training(found, small) is None
