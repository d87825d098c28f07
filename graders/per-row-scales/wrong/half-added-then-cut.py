import torch


def quantize_rows(W):
    scale = W.abs().amax(dim=1, keepdim=True) / 127
    divisor = torch.where(scale > 0, scale, 1.0)
    q = (W / divisor + 0.5).to(torch.int8)
    return q, scale


def dequantize_rows(q, scale):
    return q.float() * scale
