"""One number at a time in plain Python: math.frexp, and round() that knows the even side; slow."""

import math

import torch


def rounded(x, exponent_bits, mantissa_bits, largest):
    bias = 2 ** (exponent_bits - 1) - 1
    binade = max(math.frexp(x)[1] - 1, 1 - bias) if x else 0
    step = 2.0 ** (binade - mantissa_bits)
    return max(-largest, min(largest, round(x / step) * step))


def number(code):
    exponent, mantissa = code >> 3 & 15, code & 7
    magnitude = (1 + mantissa / 8) * 2.0 ** (exponent - 7) if exponent else mantissa * 2.0**-9
    return -magnitude if code & 128 else magnitude


CODES = {number(code): code for code in range(256) if code & 127 != 127}


def round_to_format(x, exponent_bits, mantissa_bits, largest):
    numbers = [rounded(v, exponent_bits, mantissa_bits, largest) for v in x.flatten().tolist()]
    return torch.tensor(numbers).reshape(x.shape)


def quantize_fp8(W):
    weights = W.flatten().tolist()
    scale = max(abs(w) for w in weights) / 448 or 1.0
    codes = bytearray(CODES[rounded(w / scale, 4, 3, 448.0)] for w in weights)
    return torch.frombuffer(codes, dtype=torch.uint8).reshape(W.shape), scale


def dequantize_fp8(codes, scale):
    table = [number(code) * float(scale) for code in range(256)]
    return torch.tensor([table[code] for code in codes.flatten().tolist()]).reshape(codes.shape)
