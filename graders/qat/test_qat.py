"""Hidden checks of qat: the layer, its gradients, and a network that has to survive 3 bits."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from qat_layers import GRIDS, STEP_TOLERANCE, TOLERANCE, Layer, layer
from qat_networks import Task, task
from qat_suspects import (
    thought_of_input_gradient,
    thought_of_output,
    thought_of_weight_gradient,
    thought_of_weights,
)
from qat_training import thought_of_training
from torch import Tensor

RECOVERED = 0.6
FLOATS = (torch.float32, torch.float64, torch.float16, torch.bfloat16)


# --- the learner's functions, with the form of their results ----------------------------------------


def weights_of(solution, expect, part: Layer) -> Tensor:
    came = solution.fake_quantize(part.W, part.scale, part.low, part.high)
    return expect.tensor(came, name="what fake_quantize returns", dtype=torch.float32, shape=part.W.shape)


def output_of(solution, expect, part: Layer) -> Tensor:
    came = solution.quantized_linear(part.X, part.W, part.scale, part.low, part.high)
    return expect.tensor(came, name="what quantized_linear returns", dtype=torch.float32, shape=part.Y.shape)


def gradients_of(solution, expect, part: Layer) -> tuple[Tensor, Tensor]:
    came = solution.linear_gradients(part.X, part.W, part.scale, part.low, part.high, part.G)
    first, second = expect.sequence(came, 2, names="grad_X, grad_W")
    swapped = part.X.shape != part.W.shape and shape(first) == part.W.shape and shape(second) == part.X.shape
    thought = "gradients-in-the-other-order" if swapped else None
    for value, name, size in ((first, "grad_X", part.X.shape), (second, "grad_W", part.W.shape)):
        missing = "gradient-of-rounding" if value is None and name == "grad_W" else thought
        expect.tensor(value, name=name, dtype=torch.float32, shape=size, misconception=missing)
    return first, second


def shape(value: object) -> tuple[int, ...] | None:
    return tuple(value.shape) if isinstance(value, Tensor) else None


# --- judging ----------------------------------------------------------------------------------------


def judge_weights(measure, part: Layer, W_hat: Tensor):
    error = part.step_error(W_hat)
    measure(
        "distance from the grid's weights",
        error,
        STEP_TOLERANCE,
        unit="steps",
        expected=f"scale × code for each weight, codes {part.low} … {part.high}, the nearest one",
        came=f"a weight {error:.3g} steps away from that, in {size(part)}",
        misconception=lambda: thought_of_weights(part, W_hat),
    )


def judge_output(solution, draw, measure, part: Layer, Y: Tensor):
    error = part.output_error(Y)
    measure(
        "error of the output",
        error,
        TOLERANCE,
        unit="of ‖X‖ ‖Ŵ_o‖",
        expected="X times the transpose of the fake-quantized weights",
        came=f"an output that is off by {error:.3g} of ‖X‖ ‖Ŵ_o‖, in {size(part)}",
        misconception=lambda: thought_behind_layer(solution, draw),
    )


def judge_gradients(solution, draw, measure, part: Layer, grad_X: Tensor, grad_W: Tensor):
    error = part.input_gradient_error(grad_X)
    measure(
        "error of grad_X",
        error,
        TOLERANCE,
        unit="of ‖G_n‖ ‖Ŵ‖",
        expected="the gradient that the output's formula gives for X",
        came=f"a row that is off by {error:.3g} of ‖G_n‖ ‖Ŵ‖; {share_of(part)}",
        misconception=lambda: thought_behind_layer(solution, draw),
    )
    error = part.weight_gradient_error(grad_W)
    measure(
        "error of grad_W",
        error,
        TOLERANCE,
        unit="of ‖G_o‖ ‖X‖",
        expected="the gradient of the fake-quantized weights where low ≤ W / scale ≤ high, and 0 elsewhere",
        came=f"a row that is off by {error:.3g} of ‖G_o‖ ‖X‖; {share_of(part)}",
        misconception=lambda: thought_behind_layer(solution, draw),
    )


def thought_behind_layer(solution, draw) -> str | None:
    """The first cause, on layers that show all of them: the weights, the output, or a gradient itself."""
    return next((idea for right, idea in causes(solution, draw) if not right), None)


def causes(solution, draw) -> Iterator[tuple[bool, str | None]]:
    """Whether each part of a layer is right, from the weights to the gradients, and the idea if it is not."""
    for inputs, outputs in ((34, 13), (17, 17)):
        part = layer(draw, 21, inputs, outputs, grid=(-4, 3))
        grid = part.scale, part.low, part.high
        W_hat = solution.fake_quantize(part.W, *grid)
        yield part.step_error(W_hat) <= STEP_TOLERANCE, thought_of_weights(part, W_hat)
        Y = solution.quantized_linear(part.X, part.W, *grid)
        yield part.output_error(Y) <= TOLERANCE, thought_of_output(part, Y)
        grad_X, grad_W = solution.linear_gradients(part.X, part.W, *grid, part.G)
        yield part.input_gradient_error(grad_X) <= TOLERANCE, thought_of_input_gradient(part, grad_X)
        yield part.weight_gradient_error(grad_W) <= TOLERANCE, thought_of_weight_gradient(part, grad_W)


def size(part: Layer) -> str:
    return f"a layer of {part.W.shape[0]} × {part.W.shape[1]}"


def share_of(part: Layer) -> str:
    outside = int((~part.inside).sum())
    return f"{outside} of {part.W.numel()} weights of this layer lie outside the range"


# --- the checks: the layer --------------------------------------------------------------------------


def test_fake_quantize(solution, draw, measure, expect):
    """Each weight goes to the nearest code of its row, within low … high, and back."""
    for grid in GRIDS:
        part = layer(draw, 1, draw.integer(24, 40), draw.integer(9, 16), grid=grid)
        judge_weights(measure, part, weights_of(solution, expect, part))
    side = draw.integer(14, 20)
    part = layer(draw, 1, side, side, grid=GRIDS[0])
    judge_weights(measure, part, weights_of(solution, expect, part))


def test_output(solution, draw, measure, expect):
    """The layer multiplies by the fake-quantized weights."""
    for grid in GRIDS[:3]:
        part = layer(draw, draw.integer(17, 23), draw.integer(30, 40), draw.integer(9, 16), grid=grid)
        judge_output(solution, draw, measure, part, output_of(solution, expect, part))


def test_gradients_inside(solution, draw, measure, expect):
    """Inside the range the gradient goes straight through the rounding."""
    for grid in GRIDS[:4]:
        part = layer(
            draw, draw.integer(17, 23), draw.integer(30, 40), draw.integer(9, 16), grid=grid, spread=0
        )
        judge_gradients(solution, draw, measure, part, *gradients_of(solution, expect, part))


def test_gradients_outside(solution, draw, measure, expect):
    """Weights beyond the ends of the range get no gradient; X gets its own from the rounded weights."""
    for grid in GRIDS:
        part = layer(draw, draw.integer(17, 23), draw.integer(30, 40), draw.integer(9, 16), grid=grid)
        judge_gradients(solution, draw, measure, part, *gradients_of(solution, expect, part))


def test_shapes(solution, draw, measure, expect):
    """One example, one weight, rows of zeros, rows quite outside, and views are served."""
    for part in unusual(draw):
        judge_weights(measure, part, weights_of(solution, expect, part))
        judge_output(solution, draw, measure, part, output_of(solution, expect, part))
        judge_gradients(solution, draw, measure, part, *gradients_of(solution, expect, part))


def unusual(draw) -> list[Layer]:
    grid = (-4, 3)
    parts = [layer(draw, *sizes, grid=grid) for sizes in ((1, 24, 12), (9, 1, 12), (9, 24, 1), (1, 1, 1))]
    part = layer(draw, 9, 24, 12, grid=grid)
    part.W[draw.integer(0, 5)] = 0.0
    part.W[draw.integer(6, 11)] = part.scale.max() * 40
    parts.append(part)
    X, W, scale, G = (M.T.contiguous().T for M in (part.X, part.W, part.scale, part.G))
    parts.append(Layer(X, W, scale, *grid, G))
    return parts


# --- the check: training ----------------------------------------------------------------------------


def test_training(solution, draw, measure, expect):
    """Trained so, a network keeps most of what rounding to 3 bits takes from it."""
    for low, high in ((-4, 3), (-3, 3)):
        drawn = task(draw, low, high)
        came = solution.train(drawn.seen.X, drawn.seen.y, drawn.weights, drawn.scales, low, high)
        judge_training(solution, draw, measure, drawn, checked(expect, came, drawn))


def checked(expect, came: object, drawn: Task) -> list[Tensor]:
    """The weights that train returned, as float32."""
    weights = expect.sequence(came, len(drawn.weights), names="one matrix for each layer")
    for W, given in zip(weights, drawn.weights, strict=True):
        whole = isinstance(W, Tensor) and not W.is_floating_point()
        thought = "codes-not-scaled-back" if whole else None
        expect.tensor(W, name="a matrix of train", dtype=FLOATS, shape=given.shape, misconception=thought)
        expect(bool(W.isfinite().all()), expected="finite weights", came="NaN or infinity among them")
    return [W.float() for W in weights]


def judge_training(solution, draw, measure, drawn: Task, weights: list[Tensor]):
    recovered = drawn.recovered(weights)
    after = drawn.fresh.accuracy(drawn.rounded(weights))
    others = f"plain rounding has {drawn.rounded_accuracy:.3f} and float {drawn.float_accuracy:.3f}"
    measure(
        "recovered by training",
        recovered,
        RECOVERED,
        unit="of the accuracy lost",
        better="higher",
        expected=f"at least {RECOVERED:g} of the accuracy back that plain rounding to {drawn.low} … {drawn.high} loses",
        came=f"{recovered:.3f} of it: an accuracy of {after:.3f}, where {others}",
        misconception=lambda: thought_behind_training(solution, draw, drawn, weights),
    )


def thought_behind_training(solution, draw, drawn: Task, weights: list[Tensor]) -> str | None:
    """What is wrong with the layer, and only where nothing is, what is wrong with training."""
    wrong = [idea for right, idea in causes(solution, draw) if not right]
    return wrong[0] if wrong else thought_of_training(drawn, weights)
