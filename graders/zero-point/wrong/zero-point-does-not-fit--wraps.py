"""A tight range whose zero point wraps around in uint8."""

import torch


def quantize_asymmetric(W):
    low, high = W.amin(dim=1, keepdim=True), W.amax(dim=1, keepdim=True)
    spread = high - low
    scale = torch.where(spread > 0, spread / 255, high.abs())
    divisor = torch.where(scale > 0, scale, 1.0)
    zero_point = (-low / divisor).round()
    q = ((W / divisor).round() + zero_point).clamp(0, 255)
    return q.to(torch.uint8), scale, zero_point.to(torch.int64).to(torch.uint8)


def dequantize_asymmetric(q, scale, zero_point):
    return (q.float() - zero_point) * scale
