"""Errors of all ranges are added up batch by batch: batches are read once, if their absmax is known."""

import torch


def minmax_range(batches):
    largest = torch.zeros(())
    for X in batches:
        largest = torch.maximum(largest, X.detach().abs().max())
    return largest.reshape(1)


def percentile_range(batches, percent):
    count = sum(X.numel() for X in batches)
    keep = max(1, count - int(count * percent / 100))
    top = torch.empty(0)
    for X in batches:
        top = torch.cat([top, X.abs().flatten()]).sort(descending=True).values[:keep]
    return top[-1].item()


def mse_range(batches, bits):
    clips = minmax_range(batches) * torch.arange(1, 61) / 60
    errors = torch.zeros(60, dtype=torch.float64)
    for X in batches:
        for k, clip in enumerate(clips.tolist()):
            errors[k] += (quantize_static(X, clip, bits) - X).double().pow(2).sum()
    return clips[errors.argmin()].half().float() if clips[0] > 1e-4 else clips[errors.argmin()]


def quantize_static(X, clip, bits):
    levels = 2 ** (bits - 1) - 1
    if clip == 0:
        return X - X
    return torch.fake_quantize_per_tensor_affine(X, clip / levels, 0, -levels, levels)


def quantize_dynamic(X, bits):
    rows = [quantize_static(x, float(x.abs().max()), bits) for x in X]
    return torch.stack(rows).requires_grad_()
