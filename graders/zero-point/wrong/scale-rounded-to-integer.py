"""The scale is rounded to an integer of at least 1."""

import torch


def quantize_asymmetric(W):
    low = W.amin(dim=1, keepdim=True).clamp(max=0)
    high = W.amax(dim=1, keepdim=True).clamp(min=0)
    scale = ((high - low) / 255).round().clamp(min=1)
    zero_point = (-low / scale).round()
    q = ((W / scale).round() + zero_point).clamp(0, 255)
    return q.to(torch.uint8), scale.to(torch.int32), zero_point.to(torch.uint8)


def dequantize_asymmetric(q, scale, zero_point):
    return (q.float() - zero_point) * scale
