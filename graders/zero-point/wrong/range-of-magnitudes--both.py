"""Smallest and largest magnitude make the range."""

import torch


def quantize_asymmetric(W):
    size = W.abs()
    low, high = size.amin(dim=1, keepdim=True), size.amax(dim=1, keepdim=True)
    scale = torch.where(high > low, high - low, high) / 255
    divisor = torch.where(scale > 0, scale, 1.0)
    zero_point = (-low / divisor).round()
    q = ((W / divisor).round() + zero_point).clamp(0, 255)
    return q.to(torch.uint8), scale, zero_point.to(torch.int32)


def dequantize_asymmetric(q, scale, zero_point):
    return (q.float() - zero_point) * scale
