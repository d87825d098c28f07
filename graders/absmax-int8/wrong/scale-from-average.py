"""The standard deviation stands for the largest magnitude."""

import torch


def quantize(W):
    scale = (W.std() if W.numel() > 1 else W.abs().max()) / 127
    divisor = torch.where(scale == 0, 1.0, scale)
    return (W / divisor).round().clamp(-128, 127).to(torch.int8), scale


def dequantize(q, scale):
    return q.float() * scale
