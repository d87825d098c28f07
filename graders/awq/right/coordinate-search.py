"""A scale for each loud channel by itself: doubled and halved as long as the output gains; slower, and no powers."""

import torch


def awq_scales(W, X, bits, group_size):
    H = X.T @ X  # the loss of a row e is e H eᵀ, without any tokens

    def loss(s):
        error = W - apply_awq(W, s, bits, group_size)
        return float(((error @ H) * error).sum())

    loud = X.abs().mean(dim=0)
    start = loud.clamp(min=float(loud.max()) / 1e4 + 1e-9)
    best = min((start**p for p in (0.0, 0.25, 0.5, 0.75, 1.0)), key=loss)
    least = loss(best)
    for channel in loud.argsort(descending=True)[: len(loud) // 4].tolist():
        for factor in (2.0, 0.5, 1.4):
            tried = best.clone()
            tried[channel] *= factor
            now = loss(tried)
            if now < least:
                best, least = tried, now
                break
    return best


def apply_awq(W, s, bits, group_size):
    def one(group):
        step = group.abs().max(1, keepdim=True)[0] / (2 ** (bits - 1) - 1)
        return torch.where(step > 0, (group / step).round(), 0.0) * step

    return torch.hstack([one(group) for group in torch.split(W * s, group_size, 1)]) / s
