import torch


def quantize_rows(W):
    scale = W.abs().amax(dim=1, keepdim=True) / 127
    scale[scale < 1e-4] = 1.0
    q = torch.round(W / scale).clamp(-127, 127).to(torch.int8)
    return q, scale


def dequantize_rows(q, scale):
    return q.to(torch.float32) * scale
