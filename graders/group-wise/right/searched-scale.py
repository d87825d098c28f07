"""For each group the scale with the least squared error is searched for: the best of these, 24 times the work."""

import torch


def quantize_groups(W, group_size):
    rows, columns = W.shape
    groups = -(-columns // group_size)
    grouped = torch.nn.functional.pad(W, (0, groups * group_size - columns)).view(rows, groups, group_size)
    absmax = grouped.abs().amax(dim=2, keepdim=True)
    best, least = absmax / 7, torch.full_like(absmax, torch.inf)
    for share in [*torch.linspace(0.6, 1.06, 24).tolist(), 1.0]:
        scale = absmax * share / 7
        back = (grouped / torch.where(scale == 0, 1.0, scale)).round().clamp(-8, 7) * scale
        error = (back - grouped).square().sum(dim=2, keepdim=True)
        best, least = torch.where(error < least, scale, best), torch.minimum(error, least)
    scale = best
    divisor = torch.where(scale == 0, 1.0, scale)
    q = (grouped / divisor).round().clamp(-8, 7)
    return q.view(rows, -1)[:, :columns].to(torch.int8), scale.squeeze(2)


def dequantize_groups(q, scale, group_size):
    return q.float() * scale.repeat_interleave(group_size, dim=1)[:, : q.shape[1]]
