"""What is left over joins the last full group."""

import torch


def quantize_groups(W, group_size):
    columns = W.shape[1]
    groups = max(1, columns // group_size)
    column_group = (torch.arange(columns) // group_size).clamp(max=groups - 1)
    scale = torch.stack([W[:, column_group == k].abs().amax(dim=1) for k in range(groups)], dim=1) / 7
    divisor = torch.where(scale == 0, 1.0, scale)
    return (W / divisor[:, column_group]).round().to(torch.int8), scale


def dequantize_groups(q, scale, group_size):
    column_group = (torch.arange(q.shape[1]) // group_size).clamp(max=scale.shape[1] - 1)
    return q.float() * scale[:, column_group]
