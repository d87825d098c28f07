"""Every weight is compared with all 255 levels at once."""

import torch


def quantize(W):
    scale = W.abs().max() / 127
    steps = W / torch.where(scale == 0, 1.0, scale)
    levels = torch.arange(-127.0, 128.0, device=W.device)
    q = (steps[:, :, None] - levels).abs_().argmin(dim=2) - 127
    return q.to(torch.int8), scale


def dequantize(q, scale):
    return q.float() * scale
