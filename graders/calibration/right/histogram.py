"""A histogram of 2,048 bins, as observers keep it: batches need not be stored, at the cost of a bin's width."""

import torch

BINS = 2048


def minmax_range(batches):
    largest = 0.0
    for X in batches:
        largest = max(largest, X.abs().max().item())
    return largest


def histogram(batches):
    absmax = minmax_range(batches)
    counts = torch.zeros(BINS)
    for X in batches:
        counts += torch.histc(X.abs(), bins=BINS, min=0, max=absmax or 1.0)
    width = absmax / BINS
    return counts, (torch.arange(BINS) + 0.5) * width, width


def percentile_range(batches, percent):
    counts, centers, width = histogram(batches)
    if percent >= 100:
        return minmax_range(batches)
    place = int(torch.searchsorted(counts.cumsum(0), percent / 100 * counts.sum()))
    return float(centers[min(place, BINS - 1)] + width / 2) if width else 0.0


def mse_range(batches, bits):
    counts, centers, width = histogram(batches)
    best, least = 0.0, float("inf")
    for k in range(BINS // 32, BINS + 1, 16):
        clip = k * width
        loss = float((counts * (quantize_static(centers, clip, bits) - centers).square()).sum())
        if loss < least:
            best, least = clip, loss
    return best


def quantize_static(X, clip, bits):
    levels = 2 ** (bits - 1) - 1
    if clip == 0:
        return torch.zeros_like(X)
    return (X.clamp(-clip, clip) / clip * levels).round() / levels * clip


def quantize_dynamic(X, bits):
    levels = 2 ** (bits - 1) - 1
    absmax = X.abs().amax(dim=1, keepdim=True).clamp(min=1e-30)
    return (X / absmax * levels).round() * (absmax / levels)
