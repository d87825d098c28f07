"""group-wise: int4 weights with one scale for each group of neighbouring columns."""

import torch


def quantize_groups(W: torch.Tensor, group_size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Turns each group of a weight matrix into 4-bit codes and one scale.

    Args:
        W: float32 [r, c], one row for each output.
        group_size: columns in a group, at least 1. The last group of a row may be shorter.

    Returns:
        q: int8 [r, c], the codes, -8 … 7.
        scale: float16 or float32 [r, ceil(c / group_size)], the size of one step in each group.
    """
    raise NotImplementedError("quantize_groups is not written yet")


def dequantize_groups(q: torch.Tensor, scale: torch.Tensor, group_size: int) -> torch.Tensor:
    """Turns codes and scales back into weights.

    Args:
        q, scale: what quantize_groups returned. This function runs in another process.
        group_size: the same as there.

    Returns:
        float32 [r, c].
    """
    raise NotImplementedError("dequantize_groups is not written yet")
