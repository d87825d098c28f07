"""Symmetric codes, shifted by 128."""

import torch


def quantize_asymmetric(W):
    scale = W.abs().amax(dim=1, keepdim=True) / 127
    divisor = torch.where(scale > 0, scale, 1.0)
    q = (W / divisor).round() + 128
    return q.to(torch.uint8), scale, torch.full_like(scale, 128).to(torch.uint8)


def dequantize_asymmetric(q, scale, zero_point):
    return (q.float() - zero_point) * scale
