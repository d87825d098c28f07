"""Mean and three standard deviations make the range."""

import torch


def quantize_asymmetric(W):
    mean = W.mean(dim=1, keepdim=True)
    spread = 2.5 * W.std(dim=1, keepdim=True) if W.shape[1] > 1 else W.abs()
    low = torch.maximum(mean - spread, W.amin(dim=1, keepdim=True)).clamp(max=0)
    high = torch.minimum(mean + spread, W.amax(dim=1, keepdim=True)).clamp(min=0)
    scale = (high - low) / 255
    divisor = torch.where(scale > 0, scale, 1.0)
    zero_point = (-low / divisor).round()
    q = ((W / divisor).round() + zero_point).clamp(0, 255)
    return q.to(torch.uint8), scale, zero_point.to(torch.int32)


def dequantize_asymmetric(q, scale, zero_point):
    return (q.float() - zero_point) * scale
