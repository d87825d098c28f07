"""awq: scale the weights of loud channels up before rounding, and find out how far."""

import torch


def awq_scales(W: torch.Tensor, X: torch.Tensor, bits: int, group_size: int) -> torch.Tensor:
    """Searches one scale for each input channel, so that rounding W · s costs the output least.

    Args:
        W: float32 [o, i], one row for each output, one column for each input channel.
        X: float32 [t, i], the activations of t tokens. The layer computes X @ W.T.
        bits: bits of a code.
        group_size: input channels in a group. The last group of a row may be shorter.

    Returns:
        s: float32 [i], positive and finite. What apply_awq multiplies the columns of W by.
    """
    raise NotImplementedError("awq_scales is not written yet")


def apply_awq(W: torch.Tensor, s: torch.Tensor, bits: int, group_size: int) -> torch.Tensor:
    """Rounds W · s to a grid, and undoes s.

    Args:
        W: float32 [o, i].
        s: [i], positive. This function runs in another process and sees no activations.
        bits: bits of a code: a row takes at most 2^bits values in a group.
        group_size: input channels in a group. The last group of a row may be shorter.

    Returns:
        W_hat: float32 [o, i], the weights that the layer then has.
    """
    raise NotImplementedError("apply_awq is not written yet")
