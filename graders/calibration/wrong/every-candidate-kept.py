"""All ranges at once by broadcasting."""

import torch


def minmax_range(batches):
    return max(float(X.abs().max()) for X in batches)


def percentile_range(batches, percent):
    return float(torch.quantile(torch.cat([X.abs().flatten() for X in batches]), percent / 100))


def mse_range(batches, bits):
    X = torch.cat([X.flatten() for X in batches])
    levels = 2 ** (bits - 1) - 1
    clips = X.abs().max() * torch.arange(1, 101)[:, None] / 100
    steps = clips / levels
    X_hat = (X / torch.where(steps > 0, steps, 1.0)).round().clamp(-levels, levels) * steps
    return float(clips[(X_hat - X).square().sum(dim=1).argmin()])


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
