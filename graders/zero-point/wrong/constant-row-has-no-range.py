"""A tight range, and a step of 1 where it has no width."""

import torch


def quantize_asymmetric(W):
    low, high = W.amin(dim=1, keepdim=True), W.amax(dim=1, keepdim=True)
    scale = (high - low) / 255
    scale = torch.where(scale > 0, scale, 1.0)
    zero_point = (-low / scale).round()
    q = ((W / scale).round() + zero_point).clamp(0, 255)
    return q.to(torch.uint8), scale, zero_point.to(torch.int32)


def dequantize_asymmetric(q, scale, zero_point):
    return (q.float() - zero_point) * scale
