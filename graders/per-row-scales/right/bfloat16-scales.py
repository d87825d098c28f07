"""bfloat16 scales, rounded before they are used: half the bytes of the scales, steps up to 0.4 % off."""

import torch


def quantize_rows(W):
    scale = (W.abs().amax(dim=1, keepdim=True) / 127).bfloat16()
    divisor = scale.float().masked_fill(scale == 0, 1.0)
    q = (W / divisor).round().clamp(-127, 127)
    return q.to(torch.int8), scale


def dequantize_rows(q, scale):
    return q.float() * scale.float()
