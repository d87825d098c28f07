import torch


def quantize(W):
    scale = W.abs().max() / 127
    divisor = torch.where(scale > 0, scale, 1.0)
    q = (W / divisor + 0.5).to(torch.int8)
    return q, scale


def dequantize(q, scale):
    return q.float() * scale
