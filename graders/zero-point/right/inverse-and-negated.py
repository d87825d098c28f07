"""The inverse scale and the negated zero point are stored: additions and divisions, the slower way round."""

import torch


def quantize_asymmetric(W):
    low = W.amin(dim=1, keepdim=True).clamp(max=0)
    high = W.amax(dim=1, keepdim=True).clamp(min=0)
    steps_per_unit = torch.where(high > low, 255 / (high - low), torch.ones_like(low))
    offset = (low * steps_per_unit).round()
    q = ((W * steps_per_unit).round() - offset).clamp(0, 255)
    return q.to(torch.uint8), steps_per_unit, offset.to(torch.int32)


def dequantize_asymmetric(q, scale, zero_point):
    return (q + zero_point) / scale
