"""The mean magnitude stands for the largest."""

import torch


def quantize_groups(W, group_size):
    pieces = W.split(group_size, dim=1)
    scale = torch.stack([p.abs().mean(dim=1) for p in pieces], dim=1) / 7
    divisor = torch.where(scale == 0, 1.0, scale)
    steps = divisor.repeat_interleave(group_size, dim=1)[:, : W.shape[1]]
    return (W / steps).round().clamp(-8, 7).to(torch.int8), scale


def dequantize_groups(q, scale, group_size):
    return q.float() * scale.repeat_interleave(group_size, dim=1)[:, : q.shape[1]]
