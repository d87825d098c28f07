"""The argument itself is changed, which saves a copy of W; only right where the caller is done with it."""

import torch


def quantize_asymmetric(W):
    low = W.amin(dim=1, keepdim=True).clamp(max=0)
    high = W.amax(dim=1, keepdim=True).clamp(min=0)
    scale = (high - low).div_(255)
    divisor = torch.where(scale > 0, scale, 1.0)
    zero_point = (-low / divisor).round()
    W.div_(divisor).round_().add_(zero_point).clamp_(0, 255)
    return W.to(torch.uint8), scale.requires_grad_(), zero_point.to(torch.uint8)


def dequantize_asymmetric(q, scale, zero_point):
    return torch.sub(q.float(), zero_point).mul_(scale)
