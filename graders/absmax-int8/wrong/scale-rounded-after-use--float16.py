"""The codes are made with the float32 scale, the float16 copy is stored."""

import torch


def quantize(W):
    scale = W.abs().max() / 127
    divisor = torch.where(scale == 0, 1.0, scale)
    return (W / divisor).round().to(torch.int8), scale.half()


def dequantize(q, scale):
    return q.float() * scale
