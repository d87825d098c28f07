"""Each batch overwrites the one before."""

import torch


def minmax_range(batches):
    for X in batches:
        absmax = float(X.abs().max())
    return absmax


def percentile_range(batches, percent):
    return float(torch.quantile(batches[-1].abs().flatten(), percent / 100))


def mse_range(batches, bits):
    X = batches[-1]
    absmax = float(X.abs().max())
    return min(
        (absmax * k / 100 for k in range(1, 101)),
        key=lambda clip: float((quantize_static(X, clip, bits) - X).square().sum()),
    )


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
