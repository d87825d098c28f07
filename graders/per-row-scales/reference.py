"""per-row-scales: int8 weights with one scale for each row."""

import torch


def quantize_rows(W: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    # dim=1 is the dimension that is reduced away: along a row, over its columns.
    absmax = W.abs().amax(dim=1, keepdim=True)
    scale = absmax / 127

    # A row of zeros has scale 0, and 0 / 0 is NaN. Any other divisor does: the codes are 0 with each.
    divisor = torch.where(scale > 0, scale, 1.0)
    q = (W / divisor).round().to(torch.int8)
    return q, scale


def dequantize_rows(q: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    # [r, c] times [r, 1]: each scale meets its own row. A flat [r] would run along the columns.
    return q.float() * scale
