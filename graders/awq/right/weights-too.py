"""Scales from activations and weights, mean|X_j|^α / mean|W_j|^(1−α): small weights are scaled up as well."""

import torch


def awq_scales(W, X, bits, group_size):
    x = X.abs().mean(dim=0)
    relative = [g.abs() / (g.abs().amax(dim=1, keepdim=True) + 1e-6) for g in W.split(group_size, dim=1)]
    w = torch.cat(relative, dim=1).mean(dim=0)
    tried = []
    for k in range(20):
        s = (x ** (k / 20) / (w ** (1 - k / 20) + 1e-4)).clamp(min=1e-4)
        s = s / torch.sqrt(s.max() * s.min())
        error = torch.linalg.norm(X @ (W - apply_awq(W, s, bits, group_size)).T)
        tried.append((float(error), k, s))
    return min(tried, key=lambda one: one[:2])[2]


def apply_awq(W, s, bits, group_size):
    V, top = W * s, 2 ** (bits - 1)
    for start in range(0, V.shape[1], group_size):
        group = V[:, start : start + group_size]
        step = group.abs().amax(dim=1, keepdim=True).clamp(min=1e-6) / (top - 0.5)
        group.copy_((group / step).round().clamp(-top, top - 1) * step)
    return V / s
