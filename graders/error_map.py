"""The error–memory map: every quantizer rounds the same frozen matrix, and two figures place it.

Across: bits per weight. Up: ‖W − Ŵ‖² / ‖W‖², which for independent Gaussian weights no scheme of R bits a weight
brings below 2^(−2R) (Shannon's rate–distortion function of a Gaussian source; Cover and Thomas, *Elements of
Information Theory*, theorem 10.3.2).
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

ROWS, COLUMNS, GROUP = 128, 256, 128
MOST_BITS = 64.0
APART = 1e-4  # of the largest magnitude: two levels of a grid of few bits lie farther apart
MOST_ERROR = 4.0  # twice the weights' own norm is no quantization of them


def frozen_weights() -> Tensor:
    """f32[128, 256], independent standard normal, the same on every machine: numpy keeps this stream as it is."""
    return torch.from_numpy(np.random.RandomState(2022).standard_normal((ROWS, COLUMNS))).float()


def frozen_activations() -> Tensor:
    """f32[512, 256], independent standard normal: inputs for schemes that look at them."""
    return torch.from_numpy(np.random.RandomState(2023).standard_normal((512, COLUMNS))).float()


def bits_of_codes(codes: Tensor, bytes_beside: int) -> float:
    """Bits a weight of codes that are not packed: log2 of the levels used, and the bytes of scales and zero points."""
    return math.log2(codes.unique().numel()) + 8 * bytes_beside / codes.numel()


def bits_of_grid(W_hat: Tensor, group: int = GROUP, scale_bits: int = 16) -> float:
    """Bits a weight of values on a grid of each group: log2 of the most levels in one, and a scale each.

    Values of one level may differ in their last digits, as products and sums in float32 do.
    """
    groups = [part for row in W_hat.detach() for part in row.split(group)]
    return math.log2(max(map(_levels, groups))) + scale_bits * len(groups) / W_hat.numel()


def _levels(values: Tensor) -> int:
    return 1 + int((values.sort().values.diff() > APART * values.abs().max()).sum())


def place(measure, W: Tensor, W_hat: Tensor, bits: float) -> None:
    """Record where a scheme lies: its bits a weight and its relative squared error."""
    measure("bits per weight", bits, MOST_BITS, "bits")
    measure("squared error", float((W - W_hat).square().sum() / W.square().sum()), MOST_ERROR, "of ‖W‖²")
