"""In numpy with float64; the scale is a power of two, as in block formats: an exponent is enough to store it."""

import numpy as np
import torch


def grid(x, exponent_bits, mantissa_bits, largest):
    _, exponent = np.frexp(x)
    lowest = 2 - 2 ** (exponent_bits - 1)
    step = np.ldexp(1.0, np.maximum(exponent - 1, lowest) - mantissa_bits)
    return np.clip(np.rint(x / step) * step, -largest, largest)


def round_to_format(x, exponent_bits, mantissa_bits, largest):
    x = np.asarray(x, dtype=np.float64)
    return grid(x, exponent_bits, mantissa_bits, largest).astype(np.float32)


def quantize_fp8(W):
    W = np.asarray(W, dtype=np.float64)
    absmax = np.abs(W).max()
    scale = 2.0 ** np.ceil(np.log2(absmax / 448)) if absmax else 1.0
    x = grid(W / scale, 4, 3, 448)
    magnitude, exponent = np.frexp(np.abs(x))
    normal = (exponent + 6) * 8 + magnitude * 16 - 8
    code = np.where(np.abs(x) < 2**-6, np.abs(x) * 512, normal)
    return (code + 128 * (x < 0)).astype(np.uint8), np.float32(scale)


def dequantize_fp8(codes, scale):
    codes = np.asarray(codes).astype(np.int64)
    exponent, mantissa = codes // 8 % 16, codes % 8
    number = np.where(exponent > 0, (8 + mantissa) * 2.0 ** (exponent - 10), mantissa * 2.0**-9)
    return torch.from_numpy((np.where(codes < 128, number, -number) * float(scale)).astype(np.float32))
