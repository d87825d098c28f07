"""zero-point: uint8 weights with a scale and a zero point for each row."""

import torch


def quantize_asymmetric(W: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    # The range of each row, widened to contain 0: then the code of 0.0 is one of 0 … 255.
    low = W.amin(dim=1, keepdim=True).clamp(max=0)
    high = W.amax(dim=1, keepdim=True).clamp(min=0)
    scale = (high - low) / 255  # 256 codes, 255 steps between them

    # Only a row of zeros has scale 0. Any other divisor does there: all its codes are the zero point.
    divisor = torch.where(scale > 0, scale, 1.0)

    # The zero point is rounded once, and codes are counted from the rounded one: what is subtracted
    # on the way back is exactly what was added here.
    zero_point = (-low / divisor).round()
    q = (W / divisor).round() + zero_point

    # The two roundings can add up to 256, as in a row from -1 to 1: uint8 would make a 0 of it.
    return q.clamp(0, 255).to(torch.uint8), scale, zero_point.to(torch.uint8)


def dequantize_asymmetric(q: torch.Tensor, scale: torch.Tensor, zero_point: torch.Tensor) -> torch.Tensor:
    # Float first: uint8 minus uint8 stays uint8, and has nothing below 0.
    return (q.float() - zero_point) * scale
