"""The scale is a Python float: simple to store; item() waits for the GPU, and a number counts 8 bytes."""

import torch


def quantize(W):
    scale = max(W.max().item(), -W.min().item()) / 127
    if scale == 0:
        return torch.zeros_like(W, dtype=torch.int8), 0
    return W.div(scale).round().clamp(-128, 127).to(torch.int8), scale


def dequantize(q, scale):
    return q.to(torch.float32) * scale
