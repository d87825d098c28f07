"""Negative means count as dead."""

import torch


def awq_scales(W, X, bits, group_size):
    size = X.mean(dim=0).clamp(min=1e-5)
    candidates = [size ** (k / 20) for k in range(20)]
    losses = [(X @ (W - apply_awq(W, s, bits, group_size)).T).square().sum() for s in candidates]
    return candidates[int(torch.stack(losses).argmin())]


def apply_awq(W, s, bits, group_size):
    parts = []
    for group in (W * s).split(group_size, dim=1):
        step = group.abs().amax(dim=1, keepdim=True) / (2 ** (bits - 1) - 1)
        parts.append((group / torch.where(step > 0, step, 1.0)).round() * step)
    return torch.cat(parts, dim=1) / s
