"""The range is min … max as it is: finer steps in one-sided rows, zero points that need int32."""

import torch


def quantize_asymmetric(W):
    low, high = W.amin(dim=1, keepdim=True), W.amax(dim=1, keepdim=True)
    spread = high - low
    # A constant row has no width: one step of its own size is exact.
    scale = torch.where(spread > 0, spread / 255, high.abs())
    divisor = torch.where(scale > 0, scale, 1.0)
    zero_point = (-low / divisor).round()
    q = ((W / divisor).round() + zero_point).clamp(0, 255)
    return q.to(torch.uint8), scale, zero_point.to(torch.int32)


def dequantize_asymmetric(q, scale, zero_point):
    return (q.int() - zero_point) * scale
