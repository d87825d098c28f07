"""Codes are counted from a minimum that was moved onto the grid: the same result, seen from the lower end."""

import torch


def quantize_asymmetric(W):
    low = W.amin(dim=1, keepdim=True).clamp(max=0)
    high = W.amax(dim=1, keepdim=True).clamp(min=0)
    scale = (high - low) / 255
    divisor = torch.where(scale > 0, scale, 1.0)
    zero_point = torch.clamp(torch.round(-low / divisor), 0, 255)
    nudged = -zero_point * divisor
    q = torch.round((W - nudged) / divisor).clamp(0, 255)
    return q.to(torch.uint8), scale.flatten(), zero_point.flatten().to(torch.int32)


def dequantize_asymmetric(q, scale, zero_point):
    scale, zero_point = scale.reshape(-1, 1), zero_point.reshape(-1, 1)
    return q * scale - zero_point * scale
