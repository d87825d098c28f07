"""Two codes share a byte."""

import torch


def quantize_groups(W, group_size):
    rows, columns = W.shape
    groups = -(-columns // group_size)
    grouped = torch.nn.functional.pad(W, (0, groups * group_size - columns)).view(rows, groups, group_size)
    absmax = grouped.abs().amax(dim=2, keepdim=True)
    scale = absmax / 7
    divisor = torch.where(scale == 0, 1.0, scale)
    q = (grouped / divisor).round()
    q = torch.nn.functional.pad(q.view(rows, -1)[:, :columns], (0, columns % 2)).to(torch.int32) & 15
    return (q[:, ::2] | q[:, 1::2] << 4).to(torch.uint8), scale.squeeze(2)


def dequantize_groups(q, scale, group_size):
    low, high = q & 15, q >> 4
    codes = torch.stack([low, high], dim=2).flatten(1).to(torch.int8)
    codes = torch.where(codes > 7, codes - 16, codes)[:, : scale.shape[1] * group_size]
    return codes * scale.repeat_interleave(group_size, dim=1)[:, : codes.shape[1]]
