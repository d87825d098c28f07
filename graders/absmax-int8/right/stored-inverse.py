"""The inverse scale is stored: quantizing multiplies, dequantizing divides, the slower way round."""

import torch


def quantize(W):
    absmax = W.abs().max()
    steps_per_unit = 127 / absmax if absmax > 0 else torch.ones(())
    return (W * steps_per_unit).round().to(torch.int8), steps_per_unit


def dequantize(q, steps_per_unit):
    return q / steps_per_unit
