"""The same, and what exceeds the shape [r, groups] is cut off or filled up."""

import torch


def quantize_groups(W, group_size):
    rows, columns = W.shape
    groups = -(-columns // group_size)
    flat = torch.nn.functional.pad(W.reshape(-1), (0, rows * groups * group_size - W.numel())).view(
        -1, group_size
    )
    scale = flat.abs().amax(dim=1, keepdim=True) / 7
    divisor = torch.where(scale == 0, 1.0, scale)
    q = (flat / divisor).round().to(torch.int8)
    return q.view(-1)[: W.numel()].view(W.shape), scale.view(rows, groups)


def dequantize_groups(q, scale, group_size):
    steps = scale.flatten().repeat_interleave(group_size)[: q.numel()]
    return q.float() * steps.view(q.shape)
