"""Every weight is compared with all 255 levels at once."""

import torch


def quantize(W):
    scale = W.abs().max() / 127
    steps = W / torch.where(scale == 0, 1.0, scale)
    midpoints = torch.arange(-127, 127, device=W.device) + 0.5
    q = (steps[:, :, None] > midpoints).sum(dim=2) - 127
    return q.to(torch.int8), scale


def dequantize(q, scale):
    return q.float() * scale
