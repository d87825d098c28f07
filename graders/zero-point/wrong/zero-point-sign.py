"""min / scale, added on the way there and subtracted on the way back: the range moves twice."""

import torch


def quantize_asymmetric(W):
    low = W.amin(dim=1, keepdim=True).clamp(max=0)
    high = W.amax(dim=1, keepdim=True).clamp(min=0)
    scale = (high - low) / 255
    d = torch.where(scale > 0, scale, torch.ones_like(scale))
    zp = torch.round(low / d)
    q = (torch.round(W / d) + zp).clamp(0, 255).to(torch.uint8)
    return q, scale, zp.to(torch.int32)


def dequantize_asymmetric(q, scale, zero_point):
    return (q.float() - zero_point) * scale
