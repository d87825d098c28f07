"""Searches the clipping of each row and group as well: 20 ranges for each, at 20 times the cost of apply_awq."""

import torch


def awq_scales(W, X, bits, group_size):
    size = X.square().mean(dim=0).sqrt()
    size = size.clamp(min=1e-3 * float(size.max()) + 1e-8)
    best = None
    for alpha in torch.arange(0, 1, 0.05).tolist():
        s = (size**alpha).half().float()
        loss = torch.sum((X @ W.T - X @ apply_awq(W, s, bits, group_size).T) ** 2)
        if best is None or loss < best[0]:
            best = (loss, s)
    return best[1]


def apply_awq(W, s, bits, group_size):
    W_hat = torch.empty_like(W)
    for group, out in zip((W * s).split(group_size, 1), W_hat.split(group_size, 1), strict=True):
        top = 2 ** (bits - 1) - 1
        full = group.abs().amax(dim=1, keepdim=True)
        least = torch.full_like(full, float("inf"))
        for shrink in range(20):
            step = full * (1 - 0.025 * shrink) / top + (full == 0)
            back = (group / step).round().clamp(-top, top) * step
            error = (back - group).square().sum(dim=1, keepdim=True)
            out.copy_(torch.where(error < least, back, out))
            least = torch.minimum(error, least)
    return W_hat / s
