"""The code is found by binary search among midpoints: fits any grid, even one that is not even; slower."""

import torch


def quantize(W):
    scale = W.abs().max() / 127
    midpoints = (torch.arange(-127, 127, device=W.device) + 0.5) * scale
    q = torch.bucketize(W.contiguous(), midpoints) - 127 if scale > 0 else torch.zeros_like(W)
    return q.to(torch.int8), scale


def dequantize(q, scale):
    levels = torch.arange(-128, 128, device=q.device) * scale
    return levels[q.long() + 128]
