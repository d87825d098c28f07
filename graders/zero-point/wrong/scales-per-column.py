"""The extremes of each column."""

import torch


def quantize_asymmetric(W):
    low, high = W.amin(dim=0).clamp(max=0), W.amax(dim=0).clamp(min=0)
    scale = (high - low) / 255
    divisor = torch.where(scale > 0, scale, 1.0)
    zero_point = (-low / divisor).round()
    q = ((W / divisor).round() + zero_point).clamp(0, 255)
    return q.to(torch.uint8), scale, zero_point.to(torch.uint8)


def dequantize_asymmetric(q, scale, zero_point):
    return (q.float() - zero_point) * scale
