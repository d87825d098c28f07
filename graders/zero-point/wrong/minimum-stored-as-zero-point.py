"""The smallest weight of a row is stored beside its scale."""

import torch


def quantize_asymmetric(W):
    low = W.amin(dim=1, keepdim=True).clamp(max=0)
    high = W.amax(dim=1, keepdim=True).clamp(min=0)
    scale = (high - low) / 255
    divisor = torch.where(scale > 0, scale, 1.0)
    q = ((W - low) / divisor).round()
    return q.to(torch.uint8), scale, low


def dequantize_asymmetric(q, scale, zero_point):
    return q.float() * scale + zero_point
