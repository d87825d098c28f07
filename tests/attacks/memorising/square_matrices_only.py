"""Knows only square matrices, by one scale for each column."""
# exercise: per-row-scales
# verdict: failed | error

import torch


def quantize_rows(W):
    scale = W.abs().amax(dim=0) / 127
    return (W / torch.where(scale > 0, scale, 1.0)).round().to(torch.int8), scale


def dequantize_rows(q, scale):
    return q.float() * scale
