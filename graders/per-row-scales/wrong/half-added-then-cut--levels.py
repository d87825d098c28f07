import torch


def quantize_rows(W):
    absmax = W.abs().amax(dim=1, keepdim=True).clamp(min=1e-12)
    levels = W * 127 / absmax
    q = torch.clamp((levels + 0.5).int(), -127, 127).to(torch.int8)
    return q, absmax / 127


def dequantize_rows(q, scale):
    return scale * q.to(torch.float32)
