"""A language model as known schemes leave it: the points to hold a learner's own against.

Each scheme is a function of one layer: ``scheme(W: f32[o, i], X: f32[tokens, i]) -> (W_hat: f32[o, i], bytes)``. All of
them change the weights only and compute in fp32, so that what is compared is what is stored.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from language_models import Layer, meet_inputs
from torch import Tensor
from yardsticks import absmax_of_groups, round_trip

Scheme = Callable[[Tensor, Tensor], tuple[Tensor, int]]

GROUP = 64
BLOCK = 64


def sixteen_bits(W: Tensor, X: Tensor) -> tuple[Tensor, int]:
    """bfloat16, as the weights of most models are published."""
    return W.bfloat16().float(), 2 * W.numel()


def bitsandbytes_int8(W: Tensor, X: Tensor) -> tuple[Tensor, int]:
    """int8 as bitsandbytes stores it: a code each, and an fp32 absmax for each output."""
    from bitsandbytes.functional import int8_vectorwise_quant

    codes, absmax, _ = int8_vectorwise_quant(W.half())
    return codes.float() * (absmax.float()[:, None] / 127), W.numel() + 4 * len(W)


def bitsandbytes_nf4(W: Tensor, X: Tensor) -> tuple[Tensor, int]:
    """NF4 as bitsandbytes stores it by default: 4 bits a weight, and an fp32 absmax for each block of 64."""
    from bitsandbytes.functional import dequantize_4bit, quantize_4bit

    # Flat: the CPU kernel that dequantizes (0.50) mixes up blocks where they do not fit into the rows of a matrix.
    codes, state = quantize_4bit(W.flatten(), blocksize=BLOCK, quant_type="nf4")
    return dequantize_4bit(codes, state).float().view(W.shape), codes.numel() + 4 * state.absmax.numel()


def nearest_int4(W: Tensor, X: Tensor) -> tuple[Tensor, int]:
    """Rounding to nearest in groups of 64 inputs, absmax / 7, an fp16 scale each."""
    scale = (absmax_of_groups(W, GROUP) / 7).half().float()
    return round_trip(W, scale, 7), grouped_bytes(W, 4)


def gptq_int4(W: Tensor, X: Tensor) -> tuple[Tensor, int]:
    """The course's GPTQ, in groups of 64."""
    from references import reference

    H = 2 * X.T.double() @ X.double()  # float32 loses the positive diagonal of a real layer's inverse
    return reference("gptq").gptq(W, H, 4, GROUP).float(), grouped_bytes(W, 4)


def awq_int4(W: Tensor, X: Tensor) -> tuple[Tensor, int]:
    """The course's AWQ, in groups of 64: the scales of the inputs are fp16 beside those of the groups."""
    from references import reference

    awq = reference("awq")
    few = X[:: max(1, len(X) // 128)]  # a search of twenty steps: a few tokens tell which is best
    s = awq.awq_scales(W, few, 4, GROUP)
    return awq.apply_awq(W, s, 4, GROUP), grouped_bytes(W, 4) + 2 * W.shape[1]


def grouped_bytes(W: Tensor, bits: int) -> int:
    """Bytes of packed codes, and of an fp16 scale for each group of 64 of a row."""
    outputs, inputs = W.shape
    return outputs * (-(-inputs * bits // 8) + 2 * -(-inputs // GROUP))


LOOKS_AT_INPUTS = (gptq_int4, awq_int4)


def convert(model: Any, layers: list[Layer], windows: Tensor, scheme: Scheme) -> int:
    """Puts a scheme's weights into the model, layer by layer; the head goes into 16 bits, as bitsandbytes leaves it.

    Args:
        windows: i64[n, context], the text that ``LOOKS_AT_INPUTS`` are calibrated on.

    Returns:
        The bytes of all layers.
    """
    total = 0

    def meet(layer: Layer, X: Tensor) -> None:
        nonlocal total
        W_hat, count = (sixteen_bits if layer.head else scheme)(layer.weight, X)
        layer.weight.copy_(W_hat)
        total += count

    if scheme in LOOKS_AT_INPUTS:
        meet_inputs(model, layers, windows, meet)
    else:
        for layer in layers:
            meet(layer, torch.empty(0))
    return total
