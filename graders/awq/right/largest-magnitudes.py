"""Scales from the largest magnitude of each channel: one loud token is enough to protect a channel."""

import torch
from torch.nn.functional import pad


def awq_scales(W, X, bits, group_size):
    loud = X.abs().amax(dim=0)
    live = loud > 0
    if not live.any():
        return torch.ones_like(loud)
    loud = torch.where(live, loud / loud[live].min(), 1.0)
    powers = loud ** torch.linspace(0, 1, 33)[:, None]
    losses = torch.stack([(X @ (W - apply_awq(W, s, bits, group_size)).T).norm() for s in powers])
    return powers[losses.argmin()]


def apply_awq(W, s, bits, group_size):
    rows, columns = W.shape
    groups = (columns + group_size - 1) // group_size
    V = pad(W * s, (0, groups * group_size - columns)).reshape(rows, groups, group_size)
    step = V.abs().max(dim=2, keepdim=True).values / (2 ** (bits - 1) - 1)
    codes = torch.nan_to_num(V / step).round()
    return (codes * step).reshape(rows, -1)[:, :columns] / s
