import torch


def quantize(W):
    scale = W.abs().max() / 127
    if scale < 1e-5:
        scale = torch.tensor(1.0)
    q = torch.round(W / scale).clamp(-127, 127).to(torch.int8)
    return q, scale


def dequantize(q, scale):
    return q.to(torch.float32) * scale
