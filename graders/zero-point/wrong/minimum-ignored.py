"""The range begins at 0."""

import torch


def quantize_asymmetric(W):
    scale = W.amax(dim=1, keepdim=True).clamp(min=0) / 255
    divisor = torch.where(scale > 0, scale, 1.0)
    q = (W / divisor).round().clamp(0, 255)
    return q.to(torch.uint8), scale, torch.zeros_like(scale).to(torch.uint8)


def dequantize_asymmetric(q, scale, zero_point):
    return (q.float() - zero_point) * scale
