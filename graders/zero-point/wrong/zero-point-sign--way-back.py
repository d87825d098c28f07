"""Codes count from the minimum, and the zero point that is subtracted from them is min / scale."""

import torch


def quantize_asymmetric(W):
    low = torch.minimum(W.amin(dim=1), torch.zeros(len(W)))
    high = torch.maximum(W.amax(dim=1), torch.zeros(len(W)))
    scale = (high - low) / 255
    d = scale.clone()
    d[d == 0] = 1
    zero_point = torch.round(low / d).to(torch.int32)
    q = torch.clamp(torch.round(W / d[:, None]) - zero_point[:, None], 0, 255)
    return q.to(torch.uint8), scale, zero_point


def dequantize_asymmetric(q, scale, zero_point):
    return (q.to(torch.float32) - zero_point[:, None]) * scale[:, None]
