import torch


def quantize_groups(W, group_size):
    rows, columns = W.shape
    groups = columns // group_size
    grouped = W[:, : groups * group_size].reshape(rows, groups, group_size)
    scale = grouped.abs().amax(dim=2, keepdim=True) / 7 if groups else torch.ones(rows, 0, 1)
    safe = torch.where(scale > 0, scale, 1.0)
    q = torch.round(grouped / safe).to(torch.int8)
    return q.reshape(rows, groups * group_size), scale.squeeze(2)


def dequantize_groups(q, scale, group_size):
    return q.float() * scale.repeat_interleave(group_size, dim=1)
