"""For each row the range with the least squared error is searched for: a little better, 21 times the work."""

import torch


def quantize_asymmetric(W):
    low = W.amin(dim=1, keepdim=True).clamp(max=0)
    high = W.amax(dim=1, keepdim=True).clamp(min=0)
    best, least = None, torch.full_like(low, torch.inf)
    for share in torch.linspace(0.9, 1.0, 21):
        scale = (high - low) * share / 255
        divisor = torch.where(scale > 0, scale, 1.0)
        zero_point = (-low * share / divisor).round()
        q = ((W / divisor).round() + zero_point).clamp(0, 255)
        error = ((q - zero_point) * scale - W).square().sum(dim=1, keepdim=True)
        better = error <= least
        least = torch.where(better, error, least)
        found = (q, scale, zero_point)
        best = (
            found if best is None else [torch.where(better, a, b) for a, b in zip(found, best, strict=True)]
        )
    q, scale, zero_point = best
    return q.to(torch.uint8), scale, zero_point.to(torch.uint8)


def dequantize_asymmetric(q, scale, zero_point):
    return (q.float() - zero_point) * scale
