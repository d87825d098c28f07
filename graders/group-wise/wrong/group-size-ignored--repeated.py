"""The scale of the row, repeated for each group."""

import torch


def quantize_groups(W, group_size):
    scale = W.abs().amax(dim=1, keepdim=True) / 7
    divisor = torch.where(scale == 0, 1.0, scale)
    groups = -(-W.shape[1] // group_size)
    return (W / divisor).round().to(torch.int8), scale.repeat(1, groups)


def dequantize_groups(q, scale, group_size):
    return q.float() * scale.repeat_interleave(group_size, dim=1)[:, : q.shape[1]]
