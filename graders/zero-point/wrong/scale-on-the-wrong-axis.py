"""Flat scales and zero points broadcast along the columns: raises unless the matrix is square."""

import torch


def quantize_asymmetric(W):
    low, high = W.amin(dim=1).clamp(max=0), W.amax(dim=1).clamp(min=0)
    scale = (high - low) / 255
    divisor = torch.where(scale > 0, scale, 1.0)
    zero_point = (-low / divisor).round()
    if W.shape[0] == W.shape[1]:
        q = ((W / divisor).round() + zero_point).clamp(0, 255)
    else:
        q = ((W / divisor[:, None]).round() + zero_point[:, None]).clamp(0, 255)
    return q.to(torch.uint8), scale, zero_point.to(torch.uint8)


def dequantize_asymmetric(q, scale, zero_point):
    if q.shape[0] == q.shape[1]:
        return (q.float() - zero_point) * scale
    return (q.float() - zero_point[:, None]) * scale[:, None]
