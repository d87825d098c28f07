"""The codes are rounded and stay float32."""

import torch


def quantize(W):
    scale = W.abs().max() / 127
    divisor = torch.where(scale == 0, 1.0, scale)
    return (W / divisor).round(), scale


def dequantize(q, scale):
    return q.float() * scale
