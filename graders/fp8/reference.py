"""fp8: eight-bit floating-point numbers, and weights in E4M3 with one scale."""

import torch


def round_to_format(x: torch.Tensor, exponent_bits: int, mantissa_bits: int, largest: float) -> torch.Tensor:
    # frexp says |x| = m · 2^e with m in 1/2 … 1, so the binade of x begins at 2^(e-1).
    bias = 2 ** (exponent_bits - 1) - 1
    _, exponent = torch.frexp(x)
    binade = (exponent - 1).clamp(min=1 - bias)  # below the smallest normal number the steps stop shrinking

    # Each binade is cut into 2^mantissa_bits steps. torch.round takes the even one of two that are as near.
    step = torch.ldexp(torch.ones_like(x), binade - mantissa_bits)
    return (torch.round(x / step) * step).clamp(-largest, largest)


def decoded(codes: torch.Tensor) -> torch.Tensor:
    """The number of each E4M3 byte, float32."""
    exponent = codes.int() >> 3 & 15
    mantissa = codes.int() & 7
    # A normal number has a leading 1 that is not stored. Exponent 0 has none, and counts steps of the lowest binade.
    steps = torch.where(exponent > 0, 8 + mantissa, mantissa)
    magnitude = torch.ldexp(steps, exponent.clamp(min=1) - 7 - 3)
    return torch.where(codes < 128, magnitude, -magnitude)


def quantize_fp8(W: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    absmax = W.abs().max()
    scale = torch.where(absmax > 0, absmax / 448, 1.0)
    x = round_to_format(W / scale, 4, 3, 448.0)

    # Bit patterns of positive numbers have the order of the numbers: the code is the place among all of them.
    magnitudes = decoded(torch.arange(127, device=W.device))
    codes = torch.searchsorted(magnitudes, x.abs())
    return (codes + 128 * (x < 0)).to(torch.uint8), scale


def dequantize_fp8(codes: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    return decoded(codes) * scale
