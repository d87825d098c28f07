"""A learner's quantizer run over a whole language model, layer by layer, and what came of each layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from language_models import Layer, meet_inputs
from torch import Tensor

from tutor.grading.checks import payload_bytes

BITS, HEAD_BITS, BESIDE = 4.5, 8.5, 128
"""What the budget allows: bits a weight of all layers but the head, of the head, and bytes beside for each layer."""

ROWS_LOOKED_AT = 64

Working = Callable[[str, int, int], None]


@dataclass(frozen=True)
class LayerResult:
    """One layer after its round trip: bytes of its payload, and ‖X (W − Ŵ)ᵀ‖² / ‖X Wᵀ‖²."""

    layer: Layer
    bits: int
    bytes: int
    error: float
    bias: float  # how far all errors lie on one side, over their root mean square: 0.87 where all is cut off
    size: float  # ‖Ŵ‖ / ‖W‖
    cosine: float  # of the angle between Ŵ and W, all weights taken as one vector
    values: int  # different values in the first rows of Ŵ
    floats: bool  # the payload holds as many floats as there are weights

    @property
    def bits_a_weight(self) -> float:
        """Bits of the payload for each weight, scales and all else included."""
        outputs, inputs = self.layer.shape
        return 8 * self.bytes / (outputs * inputs)


@dataclass
class Quantized:
    """A model with the learner's weights in it."""

    model: Any
    layers: list[Layer]
    budget: int
    planned: list[int] = field(default_factory=list)
    results: list[LayerResult] = field(default_factory=list)

    @property
    def bytes(self) -> int:
        """Bytes of all payloads so far."""
        return sum(result.bytes for result in self.results)

    @property
    def planned_bytes(self) -> float:
        """What the codes alone take, by the bits that were picked."""
        sizes = (result.layer.weight.numel() * result.bits for result in self.results)
        return sum(sizes) / 8


def budget_of(layers: list[Layer]) -> int:
    """Bytes that all layers together may take."""
    return sum(int(one.weight.numel() * (HEAD_BITS if one.head else BITS)) // 8 + BESIDE for one in layers)


def described(layers: list[Layer]) -> list[dict[str, Any]]:
    """What the learner's ``pick_bits`` is told of each layer."""
    return [
        {"name": one.name, "outputs": one.shape[0], "inputs": one.shape[1], "head": one.head}
        for one in layers
    ]


def statistics(layer_name: str, bits: int, X: Tensor) -> dict[str, Any]:
    """What the learner's ``quantize_linear`` is told of a layer's inputs X, f32[tokens, i]."""
    return {
        "name": layer_name,
        "bits": bits,
        "absmax": X.abs().amax(dim=0),
        "mean_square": X.square().mean(dim=0),
        "H": 2 * X.T @ X,
    }


def run(
    solution: Any, expect: Any, model: Any, layers: list[Layer], windows: Tensor, working: Working
) -> Quantized:
    """Quantizes the model with the learner's functions, one layer after another.

    Each layer's statistics come from inputs that the quantized layers before it made.
    """
    done = Quantized(model, layers, budget_of(layers))
    done.planned = picked(solution, expect, layers, done.budget)
    of = {layer.name: bits for layer, bits in zip(layers, done.planned, strict=True)}

    def meet(layer: Layer, X: Tensor) -> None:
        working("quantizing layer", len(done.results) + 1, len(layers))
        W = layer.weight.clone()
        payload = solution.quantize_linear(W, statistics(layer.name, of[layer.name], X))
        W_hat = restored(solution, expect, payload, layer.name, layer.shape)
        done.results.append(_result(layer, of[layer.name], payload, W, W_hat, X.T @ X))
        layer.weight.copy_(W_hat)

    meet_inputs(model, layers, windows, meet)
    return done


def picked(solution: Any, expect: Any, layers: list[Layer], budget: int) -> list[int]:
    """The learner's choice of bits, one whole number from 1 to 16 for each layer."""
    bits = expect.sequence(solution.pick_bits(described(layers), budget), len(layers), "bits of each layer")
    values = []
    for one in bits:
        number = expect.number(one, "the bits of a layer")
        whole = number == int(number) and 1 <= number <= 16
        expect(whole, expected="bits: whole numbers from 1 to 16", came=f"{number:g}")
        values.append(int(number))
    return values


def restored(solution: Any, expect: Any, payload: Any, name: str, shape: tuple[int, int]) -> Tensor:
    """f32[o, i], finite: what the learner's other process makes of a payload."""
    what = f"W_hat of {name}"
    W_hat = expect.tensor(solution.dequantize_linear(payload), what, dtype=torch.float32, shape=shape)
    expect(bool(W_hat.isfinite().all()), expected=f"{what}: finite numbers", came="some that are not")
    return W_hat


def _result(layer: Layer, bits: int, payload: Any, W: Tensor, W_hat: Tensor, gram: Tensor) -> LayerResult:
    """``gram`` is Xᵀ X: ‖X Wᵀ‖² is the trace of W Xᵀ X Wᵀ."""
    error = W - W_hat
    signal, noise = (float(((matrix @ gram) * matrix).sum(dtype=torch.float64)) for matrix in (W, error))
    spread = float(error.double().square().mean().sqrt())
    weights, restored_weights = float(W.double().norm()), float(W_hat.double().norm())
    both = weights * restored_weights
    return LayerResult(
        layer,
        bits,
        payload_bytes(payload),
        noise / signal if signal else 0.0,
        max(abs(_mean(error)), _mean(error * W.sign())) / spread if spread else 0.0,
        restored_weights / weights if weights else 1.0,
        float((W * W_hat).sum(dtype=torch.float64)) / both if both else 0.0,
        W_hat[:ROWS_LOOKED_AT].unique().numel(),
        _floats(payload) >= W.numel(),
    )


def _mean(matrix: Tensor) -> float:
    return float(matrix.double().mean())


def _floats(payload: Any) -> int:
    """How many floats of 16 or 32 bits a payload holds."""
    if isinstance(payload, Tensor):
        return payload.numel() if payload.is_floating_point() and payload.element_size() > 1 else 0
    if isinstance(payload, dict):
        return sum(map(_floats, payload.values()))
    return sum(map(_floats, payload)) if isinstance(payload, (list, tuple)) else 0
