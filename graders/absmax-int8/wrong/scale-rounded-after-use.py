"""The codes are made with the float32 scale, the bfloat16 copy is stored."""

import torch


def quantize(W):
    scale = W.abs().max() / 127
    divisor = torch.where(scale == 0, 1.0, scale)
    return (W / divisor).round().to(torch.int8), scale.bfloat16()


def dequantize(q, scale):
    return q.float() * scale
