"""Everything is computed in float64, and the scale stays there."""

import torch


def quantize_asymmetric(W):
    low = W.double().amin(dim=1, keepdim=True).clamp(max=0)
    high = W.double().amax(dim=1, keepdim=True).clamp(min=0)
    scale = (high - low) / 255
    divisor = torch.where(scale > 0, scale, 1.0)
    zero_point = (-low / divisor).round()
    q = ((W / divisor).round() + zero_point).clamp(0, 255)
    return q.to(torch.uint8), scale, zero_point.to(torch.uint8)


def dequantize_asymmetric(q, scale, zero_point):
    return ((q.double() - zero_point) * scale).float()
