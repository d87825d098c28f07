"""The inverse scales are stored, W is changed in place, halves go away from zero: no difference in error."""

import torch


def quantize_groups(W, group_size):
    steps_per_unit = torch.stack(
        [7 / p.abs().amax(dim=1).clamp(min=1e-30) for p in W.split(group_size, dim=1)], dim=1
    )
    W.mul_(steps_per_unit.repeat_interleave(group_size, dim=1)[:, : W.shape[1]])
    q = W.sign() * W.abs().add(0.5).floor()
    return q.to(torch.int8), steps_per_unit.requires_grad_()


def dequantize_groups(q, scale, group_size):
    return q / scale.repeat_interleave(group_size, 1)[:, : q.shape[1]]
