"""absmax/128, with +128 clamped to 127."""

import torch


def quantize(W):
    scale = W.abs().max() / 128
    divisor = torch.where(scale == 0, 1.0, scale)
    return (W / divisor).round().clamp(-128, 127).to(torch.int8), scale


def dequantize(q, scale):
    return q.float() * scale
