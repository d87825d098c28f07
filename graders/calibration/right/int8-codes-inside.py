"""Real int8 codes on the way, half away from zero: what hardware would store, and two conversions more."""

import torch


def codes(X, step, bits):
    levels = 2 ** (bits - 1) - 1
    units = X / step
    return torch.trunc(units + 0.5 * units.sign()).clamp(-levels - 1, levels).to(torch.int8)


def minmax_range(batches):
    return float(torch.cat([X.flatten() for X in batches]).norm(float("inf")))


def percentile_range(batches, percent):
    magnitudes = torch.cat([X.flatten() for X in batches]).abs().sort(descending=True).values
    beyond = int((1 - percent / 100) * len(magnitudes))
    return magnitudes[beyond].double()


def mse_range(batches, bits):
    absmax = minmax_range(batches)
    tried = {}
    for k in range(80, 0, -1):
        clip = absmax * k / 80
        tried[clip] = sum(((quantize_static(X, clip, bits) - X) ** 2).sum().item() for X in batches)
    return min(tried, key=tried.get)


def quantize_static(X, clip, bits):
    step = max(clip, 1e-20) / (2 ** (bits - 1) - 1)
    return codes(X, step, bits).float() * (step if clip else 0.0)


def quantize_dynamic(X, bits):
    step = X.abs().amax(dim=1) / (2 ** (bits - 1) - 1)
    return codes(X, step.clamp(min=1e-20)[:, None], bits) * step[:, None]
