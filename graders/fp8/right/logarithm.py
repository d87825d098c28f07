"""floor(log2) for the exponent, float64 inside, and torch's own float8 for the bytes; the scale is bfloat16."""

import torch


def round_to_format(x, exponent_bits, mantissa_bits, largest):
    x = x.double()
    exponent = torch.floor(torch.log2(x.abs())).clamp(min=2 - 2 ** (exponent_bits - 1))
    step = torch.exp2(exponent - mantissa_bits)
    return (torch.round(x / step) * step).clamp_(-largest, largest).float()


def quantize_fp8(W):
    scale = (W.abs().max() / 448).to(torch.bfloat16)
    if scale == 0:
        return torch.zeros_like(W, dtype=torch.uint8), scale
    x = (W / scale.float()).clamp(-448, 448)
    return x.to(torch.float8_e4m3fn).view(torch.uint8), scale


def dequantize_fp8(codes, scale):
    return codes.view(torch.float8_e4m3fn).float() * scale
