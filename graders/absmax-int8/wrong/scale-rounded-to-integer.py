"""The scale is rounded to an integer of at least 1."""

import torch


def quantize(W):
    scale = (W.abs().max() / 127).round().clamp(min=1)
    return (W / scale).round().clamp(-127, 127).to(torch.int8), scale


def dequantize(q, scale):
    return q.float() * scale
