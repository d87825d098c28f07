"""The scales are tiled on both ways."""

import torch


def quantize_groups(W, group_size):
    rows, columns = W.shape
    groups = -(-columns // group_size)
    grouped = torch.nn.functional.pad(W, (0, groups * group_size - columns)).view(rows, groups, group_size)
    scale = grouped.abs().amax(dim=2) / 7
    steps = scale.repeat(1, group_size)[:, :columns]
    q = (W / torch.where(steps == 0, 1.0, steps)).round().clamp(-8, 7)
    return q.to(torch.int8), scale


def dequantize_groups(q, scale, group_size):
    return q.float() * scale.repeat(1, group_size)[:, : q.shape[1]]
