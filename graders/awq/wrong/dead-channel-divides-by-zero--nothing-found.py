"""The loss of every power is NaN, which is less than nothing: 1 remains."""

import torch


def awq_scales(W, X, bits, group_size):
    size = X.abs().mean(dim=0)
    best, least = None, float("inf")
    for k in range(20):
        s = size ** (k / 20)
        loss = (X @ (W - apply_awq(W, s, bits, group_size)).T).square().sum()
        if loss < least:
            best, least = s, loss
    return best


def apply_awq(W, s, bits, group_size):
    parts = []
    for group in (W * s).split(group_size, dim=1):
        step = group.abs().amax(dim=1, keepdim=True) / (2 ** (bits - 1) - 1)
        parts.append((group / torch.where(step > 0, step, 1.0)).round() * step)
    return torch.cat(parts, dim=1) / s
