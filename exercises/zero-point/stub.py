"""zero-point: uint8 weights with a scale and a zero point for each row."""

import torch


def quantize_asymmetric(W: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Turns each row of a weight matrix into uint8 codes, one scale and one zero point.

    Args:
        W: float32 [r, c], one row for each output.

    Returns:
        q: uint8 [r, c], the codes.
        scale: float32 [r] or [r, 1], the size of one step in each row.
        zero_point: an integer tensor [r] or [r, 1], the code of 0.0 in each row.
    """
    raise NotImplementedError("quantize_asymmetric is not written yet")


def dequantize_asymmetric(q: torch.Tensor, scale: torch.Tensor, zero_point: torch.Tensor) -> torch.Tensor:
    """Turns codes, scales and zero points back into weights.

    Args:
        q, scale, zero_point: what quantize_asymmetric returned. This function runs in another process.

    Returns:
        float32 [r, c].
    """
    raise NotImplementedError("dequantize_asymmetric is not written yet")
