"""The codes are shifted by 128 into uint8."""

import torch


def quantize(W):
    scale = W.abs().max() / 127
    divisor = torch.where(scale == 0, 1.0, scale)
    return ((W / divisor).round() + 128).to(torch.uint8), scale


def dequantize(q, scale):
    return (q.float() - 128) * scale
