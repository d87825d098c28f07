"""On the bits of float32: half a step is added, and the odd bit; hard to read, but it is what a chip does."""

import torch


def round_to_format(x, exponent_bits, mantissa_bits, largest):
    cut = 23 - mantissa_bits
    bits = x.contiguous().view(torch.int32)
    magnitude = bits & 0x7FFFFFFF
    magnitude = magnitude + ((1 << (cut - 1)) - 1) + (magnitude >> cut & 1) >> cut << cut
    normal = magnitude.view(torch.float32)
    # Beside a large number float32 itself has the steps of the subnormals.
    large = 2.0 ** (2 - 2 ** (exponent_bits - 1) - mantissa_bits + 23)
    smallest = 2.0 ** (2 - 2 ** (exponent_bits - 1))
    subnormal = (x.abs().clamp(max=smallest) + large) - large
    rounded = torch.where(x.abs() < smallest, subnormal, normal).clamp(max=largest)
    return torch.where(bits < 0, -rounded, rounded)


def quantize_fp8(W):
    scale = W.abs().max() / 448
    scale = scale + (scale == 0)
    x = round_to_format(W / scale, 4, 3, 448.0)
    magnitude = x.abs()
    bits = magnitude.view(torch.int32)
    normal = (bits >> 20) - (120 << 3)
    code = torch.where(magnitude < 2**-6, (magnitude * 512).int(), normal)
    return (code | (x < 0).int() << 7).to(torch.uint8), scale.reshape(1)


def dequantize_fp8(codes, scale):
    # The seven bits, put where float32 has exponent and mantissa, are the number times 2^-120.
    bits = (codes.int() & 127) << 20
    magnitude = bits.view(torch.float32).double() * 2.0**120
    return (torch.where(codes > 127, -magnitude, magnitude) * scale).float()
