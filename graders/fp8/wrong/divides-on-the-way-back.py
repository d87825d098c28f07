"""Divides both ways."""

import torch


def round_to_format(x, exponent_bits, mantissa_bits, largest):
    bias = 2 ** (exponent_bits - 1) - 1
    binade = (torch.frexp(x).exponent - 1).clamp(min=1 - bias)
    step = torch.exp2((binade - mantissa_bits).float())
    return (torch.round(x / step) * step).clamp(-largest, largest)


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
    return decoded(codes) / scale
