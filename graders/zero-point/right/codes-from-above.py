"""Codes are counted downwards from the maximum, with negative scales: only a reader would notice."""

import torch


def quantize_asymmetric(W):
    low = W.amin(dim=1, keepdim=True).clamp(max=0)
    high = W.amax(dim=1, keepdim=True).clamp(min=0)
    scale = (high - low) / 255
    divisor = torch.where(scale > 0, scale, 1.0)
    zero_point = (high / divisor).round()
    q = (zero_point - (W / divisor).round()).clamp(0, 255)
    return q.to(torch.uint8), -scale.squeeze(1), zero_point.squeeze(1).to(torch.int32)


def dequantize_asymmetric(q, scale, zero_point):
    return torch.einsum("rc,r->rc", q.float() - zero_point[:, None], scale)
