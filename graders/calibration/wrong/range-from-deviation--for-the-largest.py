"""Three sigmas are thought to hold everything."""

import torch


def minmax_range(batches):
    return 3 * float(torch.cat([X.flatten() for X in batches]).std())


def percentile_range(batches, percent):
    return float(torch.quantile(torch.cat([X.abs().flatten() for X in batches]), percent / 100))


def mse_range(batches, bits):
    absmax = minmax_range(batches)

    def squared_error(clip):
        return sum(float((quantize_static(X, clip, bits) - X).square().sum()) for X in batches)

    return min((absmax * k / 100 for k in range(1, 101)), key=squared_error)


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
