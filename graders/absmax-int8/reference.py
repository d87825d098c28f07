"""absmax-int8: int8 weights with one scale for the whole matrix."""

import torch


def quantize(W: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    # The weight of largest magnitude gets the code 127 or -127, whichever sign it has.
    absmax = W.abs().max()
    scale = absmax / 127

    # A matrix of zeros has scale 0, and 0 / 0 is NaN. Any other divisor does: the codes are 0 with each.
    divisor = torch.where(scale > 0, scale, 1.0)
    q = (W / divisor).round().to(torch.int8)
    return q, scale


def dequantize(q: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    # To float first: a code counts steps, and the scale is the size of a step.
    return q.float() * scale
