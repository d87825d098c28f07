"""The norm stands for the largest magnitude."""

import torch


def quantize(W):
    scale = W.norm() / 127
    divisor = torch.where(scale == 0, 1.0, scale)
    return (W / divisor).round().to(torch.int8), scale


def dequantize(q, scale):
    return q.float() * scale
