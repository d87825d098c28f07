"""On the bits of float32: half of what is cut off is added, always."""

import torch


def round_to_format(x, exponent_bits, mantissa_bits, largest):
    cut = 23 - mantissa_bits
    bits = x.abs().contiguous().view(torch.int32)
    normal = (bits + (1 << (cut - 1)) >> cut << cut).view(torch.float32)
    smallest = 2.0 ** (2 - 2 ** (exponent_bits - 1))
    subnormal = torch.floor(x.abs() / smallest * 2**mantissa_bits + 0.5) * smallest / 2**mantissa_bits
    return (torch.where(x.abs() < smallest, subnormal, normal) * x.sign()).clamp(-largest, largest)


def decoded(codes):
    exponent, mantissa = codes.int() >> 3 & 15, codes.int() & 7
    normal = torch.exp2(exponent - 7.0) * (1 + mantissa / 8)
    magnitude = torch.where(exponent > 0, normal, mantissa * 2.0**-9)
    return torch.where(codes < 128, magnitude, -magnitude)


def quantize_fp8(W):
    absmax = W.abs().max()
    scale = torch.where(absmax > 0, absmax / 448, 1.0)
    x = (W / scale).clamp(-448, 448)
    return x.to(torch.float8_e4m3fn).view(torch.uint8), scale


def dequantize_fp8(codes, scale):
    return decoded(codes) * scale
