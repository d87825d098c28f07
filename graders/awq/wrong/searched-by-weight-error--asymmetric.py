"""On a grid with a zero point, by loops, from the largest magnitudes."""

import torch


def awq_scales(W, X, bits, group_size):
    size = X.abs().amax(dim=0).clamp(min=1e-5)
    best, best_error = None, None
    for k in range(21):
        s = size ** (k / 20)
        s = s / (s.max() * s.min()).sqrt()
        error = torch.norm(W - apply_awq(W, s, bits, group_size))
        if best is None or error < best_error:
            best, best_error = s, error
    return best


def apply_awq(W, s, bits, group_size):
    parts, top = [], 2**bits - 1
    for group in (W * s).split(group_size, dim=1):
        low, high = group.amin(dim=1, keepdim=True), group.amax(dim=1, keepdim=True)
        step = ((high - low) / top).clamp(min=1e-9)
        zero = (-low / step).round().clamp(0, top)
        parts.append((((group / step).round() + zero).clamp(0, top) - zero) * step)
    return torch.cat(parts, dim=1) / s
