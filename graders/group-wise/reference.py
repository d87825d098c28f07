"""group-wise: int4 weights with one scale for each group of neighbouring columns."""

import torch


def quantize_groups(W: torch.Tensor, group_size: int) -> tuple[torch.Tensor, torch.Tensor]:
    rows, columns = W.shape
    groups = -(-columns // group_size)  # rounded up: a short group is a group, too

    # Zeros at the right make the last group full, and change no absmax.
    padded = torch.nn.functional.pad(W, (0, groups * group_size - columns))
    grouped = padded.view(rows, groups, group_size)
    scale = grouped.abs().amax(dim=2) / 7

    # A group of zeros has scale 0, and 0 / 0 is NaN. Any other divisor does: the codes are 0 with each.
    divisor = torch.where(scale > 0, scale, 1.0)
    q = (grouped / divisor[:, :, None]).round().to(torch.int8)
    return q.view(rows, -1)[:, :columns], scale


def dequantize_groups(q: torch.Tensor, scale: torch.Tensor, group_size: int) -> torch.Tensor:
    # Each scale stands group_size times side by side: s0 s0 s0 s1 s1 s1. What exceeds a short group is cut off.
    steps = scale.repeat_interleave(group_size, dim=1)[:, : q.shape[1]]
    return q.float() * steps
