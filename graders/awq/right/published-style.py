"""As the published code: a zero point for each group, scales normalised to √(max · min) = 1, clamped at 1e-4."""

import torch


def pseudo_quantize(V, bits, group_size):
    parts = []
    for group in V.split(group_size, dim=1):
        high, low = group.amax(dim=1, keepdim=True), group.amin(dim=1, keepdim=True)
        step = (high - low).clamp(min=1e-5) / (2**bits - 1)
        zero = (-torch.round(low / step)).clamp(0, 2**bits - 1)
        codes = torch.clamp(torch.round(group / step) + zero, 0, 2**bits - 1)
        parts.append((codes - zero) * step)
    return torch.cat(parts, dim=1)


@torch.no_grad()
def awq_scales(W, X, bits, group_size):
    x_mean, exact = X.abs().mean(0), X @ W.t()
    best_error, best_scales = float("inf"), None
    for k in range(20):
        scales = x_mean.pow(k / 20).clamp(min=1e-4).view(-1)
        scales = scales / (scales.max() * scales.min()).sqrt()
        error = (exact - X @ apply_awq(W, scales, bits, group_size).t()).pow(2).mean().item()
        if error < best_error:
            best_error, best_scales = error, scales.clone()
    return best_scales


def apply_awq(W, s, bits, group_size):
    return pseudo_quantize(W * s.view(1, -1), bits, group_size) / s.view(1, -1)
