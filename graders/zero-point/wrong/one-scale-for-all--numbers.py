"""One number each."""

import torch


def quantize_asymmetric(W):
    low, high = W.min().clamp(max=0), W.max().clamp(min=0)
    scale = (high - low) / 255
    divisor = torch.where(scale > 0, scale, 1.0)
    zero_point = (-low / divisor).round()
    q = ((W / divisor).round() + zero_point).clamp(0, 255)
    return q.to(torch.uint8), float(scale), int(zero_point)


def dequantize_asymmetric(q, scale, zero_point):
    return (q.float() - zero_point) * scale
