"""int8-matmul: a matrix product in int8, summed in int32, scaled once."""

import torch


def int_product(qx: torch.Tensor, qw: torch.Tensor) -> torch.Tensor:
    # Widened before they meet: 127 · 127 is no int8. float64 holds every whole number up to 2⁵³, so the order
    # of the sum doesn't matter, and every device has it. torch._int_mm does the same on int8 units.
    return (qx.double() @ qw.double()).to(torch.int32)


def int8_matmul(qx: torch.Tensor, sx: torch.Tensor, qw: torch.Tensor, sw: torch.Tensor) -> torch.Tensor:
    # Both steps are the same for every feature, so they stand outside the sum: one multiplication for
    # each result, none for each product. Token i meets output j in sx[i] · sw[j].
    return int_product(qx, qw) * sx[:, None] * sw


def int8_linear(X: torch.Tensor, qw: torch.Tensor, sw: torch.Tensor) -> torch.Tensor:
    # The weights were rounded once; the activations are new every time, and so are their scales.
    sx = X.abs().amax(dim=1) / 127
    divisor = torch.where(sx > 0, sx, 1.0)  # a token of zeros has codes of 0 with any divisor but 0
    qx = (X / divisor[:, None]).round().to(torch.int8)
    return int8_matmul(qx, sx, qw, sw)
