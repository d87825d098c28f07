"""calibration: ranges for activations, found beforehand (static) or for each token (dynamic)."""

from collections.abc import Sequence

import torch


def minmax_range(batches: Sequence[torch.Tensor]) -> float:
    # The range must hold every batch, so it is the largest of their absmaxes, not the mean.
    return max(float(X.abs().max()) for X in batches)


def percentile_range(batches: Sequence[torch.Tensor], percent: float) -> float:
    # One percentile of all values together: percentiles of batches can't be combined into it.
    magnitudes = torch.cat([X.abs().flatten() for X in batches])
    return float(torch.quantile(magnitudes, percent / 100))


def mse_range(batches: Sequence[torch.Tensor], bits: int) -> float:
    # A small range clips much and has fine steps, a large one the other way round. The squared error of
    # the values as they come back holds both, and its minimum is between.
    absmax = minmax_range(batches)

    def squared_error(clip: float) -> float:
        return sum(float((quantize_static(X, clip, bits) - X).square().sum()) for X in batches)

    return min((absmax * k / 100 for k in range(1, 101)), key=squared_error)


def quantize_static(X: torch.Tensor, clip: float, bits: int) -> torch.Tensor:
    levels = 2 ** (bits - 1) - 1  # codes -levels ... levels
    step = clip / levels
    if step == 0:
        return torch.zeros_like(X)
    return (X / step).round().clamp(-levels, levels) * step


def quantize_dynamic(X: torch.Tensor, bits: int) -> torch.Tensor:
    # The range is taken from what is to be quantized: nothing to calibrate, nothing clipped, but every
    # token is read once more before it can be rounded.
    levels = 2 ** (bits - 1) - 1
    step = X.abs().amax(dim=1, keepdim=True) / levels
    return (X / torch.where(step > 0, step, 1.0)).round() * step
