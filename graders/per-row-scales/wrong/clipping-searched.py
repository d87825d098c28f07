"""For each row the range with the least squared error is searched for."""

import torch


def quantize_rows(W):
    absmax = W.abs().amax(dim=1, keepdim=True)
    best, least = absmax, torch.full_like(absmax, torch.inf)
    for share in torch.linspace(0.7, 1.0, 31):
        scale = absmax * share / 127
        back = (W / scale.clamp(min=1e-30)).round().clamp(-127, 127) * scale
        error = (back - W).square().sum(dim=1, keepdim=True)
        best = torch.where(error < least, absmax * share, best)
        least = torch.minimum(least, error)
    scale = best / 127
    return (W / scale.clamp(min=1e-30)).round().clamp(-127, 127).to(torch.int8), scale


def dequantize_rows(q, scale):
    return q.float() * scale
