"""The mean of the ranges of the batches."""

import torch


def best_of(X, bits):
    absmax = float(X.abs().max())
    return min(
        (absmax * k / 100 for k in range(1, 101)),
        key=lambda clip: float((quantize_static(X, clip, bits) - X).square().sum()),
    )


def minmax_range(batches):
    return sum(float(X.abs().max()) for X in batches) / len(batches)


def percentile_range(batches, percent):
    return sum(float(torch.quantile(X.abs().flatten(), percent / 100)) for X in batches) / len(batches)


def mse_range(batches, bits):
    return sum(best_of(X, bits) for X in batches) / len(batches)


def quantize_static(X, clip, bits):
    levels = 2 ** (bits - 1) - 1
    step = clip / levels
    if step == 0:
        return torch.zeros_like(X)
    return (X / step).round().clamp(-levels, levels) * step


def quantize_dynamic(X, bits):
    levels = 2 ** (bits - 1) - 1
    step = X.abs().amax(dim=1, keepdim=True) / levels
    return (X / torch.where(step > 0, step, 1.0)).round() * step
