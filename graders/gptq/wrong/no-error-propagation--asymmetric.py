"""Rounded to nearest, with a zero point in each group."""

import torch


def gptq(W, H, bits, group_size):
    W_hat = torch.empty_like(W)
    for start in range(0, W.shape[1], group_size):
        piece = W[:, start : start + group_size]
        low, high = piece.amin(1, keepdim=True).clamp(max=0), piece.amax(1, keepdim=True).clamp(min=0)
        scale = ((high - low) / (2**bits - 1)).clamp(min=1e-9)
        zero = (-low / scale).round()
        W_hat[:, start : start + group_size] = (
            ((piece / scale).round() + zero).clamp(0, 2**bits - 1) - zero
        ) * scale
    return W_hat
