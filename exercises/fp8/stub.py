"""fp8: eight-bit floating-point numbers, and weights in E4M3 with one scale."""

import torch


def round_to_format(x: torch.Tensor, exponent_bits: int, mantissa_bits: int, largest: float) -> torch.Tensor:
    """Rounds numbers to the nearest number of a small floating-point format.

    Args:
        x: float32, any shape.
        exponent_bits, mantissa_bits: 2 ... 5 and 1 ... 10; the bias is 2 ** (exponent_bits - 1) - 1.
        largest: the format's largest number; what lies beyond becomes largest or -largest.

    Returns:
        float32 of the shape of x.
    """
    raise NotImplementedError("round_to_format is not written yet")


def quantize_fp8(W: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Turns a weight matrix into E4M3 bytes and one scale.

    Args:
        W: float32 [r, c].

    Returns:
        codes: uint8 [r, c], E4M3 bit patterns: sign, four bits of exponent, three of mantissa.
        scale: float32 [], what the number of a code is multiplied by to give the weight.
    """
    raise NotImplementedError("quantize_fp8 is not written yet")


def dequantize_fp8(codes: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """Turns E4M3 bytes and a scale back into weights.

    Args:
        codes, scale: what quantize_fp8 returned, or what another program wrote. This function runs in another process.

    Returns:
        float32 [r, c].
    """
    raise NotImplementedError("dequantize_fp8 is not written yet")
