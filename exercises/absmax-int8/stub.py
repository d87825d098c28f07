"""absmax-int8: int8 weights with one scale for the whole matrix."""

import torch


def quantize(W: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Turns a weight matrix into int8 codes and one scale.

    Args:
        W: float32 [r, c], one row for each output.

    Returns:
        q: int8 [r, c], the codes.
        scale: float32 [], the size of one step of the codes.
    """
    raise NotImplementedError("quantize is not written yet")


def dequantize(q: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """Turns codes and scale back into weights.

    Args:
        q, scale: what quantize returned. This function runs in another process.

    Returns:
        float32 [r, c].
    """
    raise NotImplementedError("dequantize is not written yet")
