"""In numpy and float64, with float32 at the border."""

import numpy as np
import torch


def rounded(V, bits, group_size):
    out = np.zeros_like(V)
    for start in range(0, V.shape[1], group_size):
        group = V[:, start : start + group_size]
        low, high = np.minimum(group.min(1), 0), np.maximum(group.max(1), 0)
        step = np.where(high > low, (high - low) / (2**bits - 1), 1)[:, None]
        zero = np.rint(-low[:, None] / step)
        codes = np.clip(np.floor(group / step + 0.5) + zero, 0, 2**bits - 1)
        out[:, start : start + group_size] = (codes - zero) * step
    return out


def awq_scales(W, X, bits, group_size):
    W, X = W.numpy().astype(np.float64), X.numpy().astype(np.float64)
    loud = np.maximum(np.abs(X).mean(0), 1e-6)
    candidates = [loud**alpha for alpha in np.linspace(0, 1, 21)]
    losses = [np.sum((X @ (W - rounded(W * s, bits, group_size) / s).T) ** 2) for s in candidates]
    return candidates[int(np.argmin(losses))].astype(np.float32)


def apply_awq(W, s, bits, group_size):
    s = torch.as_tensor(s).numpy().astype(np.float64)
    return (rounded(W.numpy() * s, bits, group_size) / s).astype(np.float32)
