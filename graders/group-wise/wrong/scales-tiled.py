"""The scales are tiled on the way back."""

import torch


def quantize_groups(W, group_size):
    rows, columns = W.shape
    groups = -(-columns // group_size)
    grouped = torch.nn.functional.pad(W, (0, groups * group_size - columns)).view(rows, groups, group_size)
    absmax = grouped.abs().amax(dim=2, keepdim=True)
    scale = absmax / 7
    divisor = torch.where(scale == 0, 1.0, scale)
    q = (grouped / divisor).round()
    return q.view(rows, -1)[:, :columns].to(torch.int8), scale.squeeze(2)


def dequantize_groups(q, scale, group_size):
    return q.float() * scale.repeat(1, group_size)[:, : q.shape[1]]
