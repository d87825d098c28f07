"""Every weight is compared with all 255 levels at once."""

import torch


def quantize_rows(W):
    scale = W.abs().amax(dim=1, keepdim=True) / 127
    divisor = torch.where(scale == 0, 1.0, scale)
    steps = (W / divisor).half()
    levels = torch.arange(-127, 128, dtype=torch.float16, device=W.device)
    q = (steps[:, :, None] - levels).abs_().argmin(dim=2) - 127
    return q.to(torch.int8), scale


def dequantize_rows(q, scale):
    return q.float() * scale
