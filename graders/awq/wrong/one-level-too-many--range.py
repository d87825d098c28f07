"""2^bits steps from min to max are 2^bits + 1 values."""

import torch


def awq_scales(W, X, bits, group_size):
    size = X.abs().mean(dim=0).clamp(min=1e-5)
    candidates = [size ** (k / 20) for k in range(20)]
    losses = [(X @ (W - apply_awq(W, s, bits, group_size)).T).square().sum() for s in candidates]
    return candidates[int(torch.stack(losses).argmin())]


def apply_awq(W, s, bits, group_size):
    parts = []
    for group in (W * s).split(group_size, dim=1):
        low, high = group.amin(dim=1, keepdim=True).clamp(max=0), group.amax(dim=1, keepdim=True).clamp(min=0)
        step = ((high - low) / 2**bits).clamp(min=1e-9)
        zero = (-low / step).round()
        parts.append(((group / step + zero).round().clamp(0, 2**bits) - zero) * step)
    return torch.cat(parts, dim=1) / s
