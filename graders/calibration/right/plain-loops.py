"""Plain loops over lists, forty ranges tried: shows every step; about a thousand times slower."""

import torch


def pile(batches):
    return [abs(value) for X in batches for row in X.tolist() for value in row]


def minmax_range(batches):
    return max(pile(batches))


def percentile_range(batches, percent):
    magnitudes = sorted(pile(batches))
    return magnitudes[min(len(magnitudes) - 1, int(percent / 100 * len(magnitudes)))]


def mse_range(batches, bits):
    magnitudes = pile(batches)
    levels = 2 ** (bits - 1) - 1
    best, least = 0.0, float("inf")
    for k in range(1, 41):
        clip = max(magnitudes) * k / 40
        step = clip / levels or 1.0
        total = 0.0
        for value in magnitudes:
            back = clip if value > clip else round(value / step) * step
            total += (back - value) * (back - value)
        if total < least:
            best, least = clip, total
    return best


def snapped(value, clip, levels):
    if clip == 0:
        return 0.0
    return max(-levels, min(levels, round(value * levels / clip))) * clip / levels


def quantize_static(X, clip, bits):
    return torch.tensor([[snapped(v, clip, 2 ** (bits - 1) - 1) for v in row] for row in X.tolist()])


def quantize_dynamic(X, bits):
    levels = 2 ** (bits - 1) - 1
    return torch.tensor([[snapped(v, max(map(abs, row)), levels) for v in row] for row in X.tolist()])
