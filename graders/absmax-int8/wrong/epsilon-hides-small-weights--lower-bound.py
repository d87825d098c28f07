import torch


def quantize(W):
    scale = (W.abs().max() / 127).clamp(min=1e-5)
    return torch.round(W / scale).to(torch.int8), scale


def dequantize(q, scale):
    return q.float() * scale
