"""The weights travel as a third result; without it the scales hold them."""

import torch


def quantize_rows(W):
    scale = W.abs().amax(dim=1, keepdim=True) / 127
    divisor = torch.where(scale == 0, 1.0, scale)
    return (W / divisor).round().to(torch.int8), scale, W


def dequantize_rows(q, scale):
    return q.float() * scale
