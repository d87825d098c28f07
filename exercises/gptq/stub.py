"""gptq: round a layer's columns one by one, and let those still to come make up for each error."""

import torch


def gptq(W: torch.Tensor, H: torch.Tensor, bits: int, group_size: int) -> torch.Tensor:
    """Quantizes the weights of a linear layer so that its outputs change little.

    Args:
        W: float32 [o, i], one row for each output.
        H: float32 [i, i], 2 X Xᵀ of the layer's inputs X, [i, tokens]. It may be singular.
        bits: 2, 3 or 4. A row has at most 2^bits different values in each group.
        group_size: columns in a group, at least 1. The last group of a row may be shorter.

    Returns:
        float32 [o, i], the weights after rounding (code × step), not the codes.
    """
    raise NotImplementedError("gptq is not written yet")
