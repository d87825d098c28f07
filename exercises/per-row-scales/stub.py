"""per-row-scales: int8 weights with one scale for each row."""

import torch


def quantize_rows(W: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Turns each row of a weight matrix into int8 codes and one scale.

    Args:
        W: float32 [r, c], one row for each output.

    Returns:
        q: int8 [r, c], the codes.
        scale: float32 [r] or [r, 1], one for each row.
    """
    raise NotImplementedError("quantize_rows is not written yet")


def dequantize_rows(q: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """Turns codes and scales back into weights.

    Args:
        q, scale: what quantize_rows returned. This function runs in another process.

    Returns:
        float32 [r, c].
    """
    raise NotImplementedError("dequantize_rows is not written yet")
