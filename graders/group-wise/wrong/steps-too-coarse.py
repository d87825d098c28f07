"""absmax/3, as for three bits."""

import torch


def quantize_groups(W, group_size):
    rows, columns = W.shape
    groups = -(-columns // group_size)
    grouped = torch.nn.functional.pad(W, (0, groups * group_size - columns)).view(rows, groups, group_size)
    absmax = grouped.abs().amax(dim=2, keepdim=True)
    scale = absmax / 3
    divisor = torch.where(scale == 0, 1.0, scale)
    q = (grouped / divisor).round().clamp(-8, 7)
    return q.view(rows, -1)[:, :columns].to(torch.int8), scale.squeeze(2)


def dequantize_groups(q, scale, group_size):
    return q.float() * scale.repeat_interleave(group_size, dim=1)[:, : q.shape[1]]
