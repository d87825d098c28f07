"""All numbers of the format in a table, and the nearest by searchsorted; ties go to the even place in the table."""

import torch


def numbers(exponent_bits, mantissa_bits, largest):
    steps = 2**mantissa_bits
    least = 2.0 ** (2 - 2 ** (exponent_bits - 1)) / steps
    table = [k * least for k in range(steps)]
    for exponent in range(2**exponent_bits - 1):
        table += [(steps + k) * least * 2.0**exponent for k in range(steps)]
    return torch.tensor([v for v in table if v <= largest], dtype=torch.float64)


def places(x, table):
    magnitude = x.abs().double().contiguous()
    above = torch.searchsorted(table, magnitude).clamp(1, len(table) - 1)
    low, high = magnitude - table[above - 1], table[above] - magnitude
    up = (high < low) | (high == low) & (above % 2 == 0)
    return torch.where(up, above, above - 1)


def round_to_format(x, exponent_bits, mantissa_bits, largest):
    table = numbers(exponent_bits, mantissa_bits, largest)
    return (table[places(x, table)] * x.sign()).float()


def quantize_fp8(W):
    scale = W.abs().max() / 448
    place = places(W / scale if scale > 0 else W, numbers(4, 3, 448))
    return (place + 128 * torch.signbit(W)).to(torch.uint8), scale


def dequantize_fp8(codes, scale):
    table = numbers(4, 3, 480)
    both = torch.cat([table, -table]).float()
    return both[codes.int()] * scale
