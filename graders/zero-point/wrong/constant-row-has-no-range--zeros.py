"""A tight range, and zeros where it has no width."""

import torch


def quantize_asymmetric(W):
    low, high = W.amin(dim=1, keepdim=True), W.amax(dim=1, keepdim=True)
    scale = (high - low) / 255
    zero_point = (-low / scale).nan_to_num(0.0, posinf=0.0, neginf=0.0).round()
    q = ((W / scale).nan_to_num(0.0, posinf=0.0, neginf=0.0).round() + zero_point).clamp(0, 255)
    return q.to(torch.uint8), scale, zero_point.to(torch.int32)


def dequantize_asymmetric(q, scale, zero_point):
    return (q.float() - zero_point) * scale
