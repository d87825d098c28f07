"""The range with the least squared error is searched for."""

import torch


def quantize(W):
    absmax = W.abs().max()
    best, least = absmax / 127, float("inf")
    for share in torch.linspace(0.5, 1.0, 51):
        scale = absmax * share / 127
        back = (W / scale.clamp(min=1e-30)).round().clamp(-127, 127) * scale
        error = (back - W).square().sum().item()
        if error < least:
            best, least = scale, error
    return (W / best.clamp(min=1e-30)).round().clamp(-127, 127).to(torch.int8), best


def dequantize(q, scale):
    return q.float() * scale
