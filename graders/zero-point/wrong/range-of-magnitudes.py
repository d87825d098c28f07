"""absmax in 255 steps, and the zero point of the minimum."""

import torch


def quantize_asymmetric(W):
    low = W.amin(dim=1, keepdim=True).clamp(max=0)
    scale = W.abs().amax(dim=1, keepdim=True) / 255
    divisor = torch.where(scale > 0, scale, 1.0)
    zero_point = (-low / divisor).round()
    q = ((W / divisor).round() + zero_point).clamp(0, 255)
    return q.to(torch.uint8), scale, zero_point.to(torch.uint8)


def dequantize_asymmetric(q, scale, zero_point):
    return (q.float() - zero_point) * scale
