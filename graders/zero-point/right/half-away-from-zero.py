"""Halves are rounded away from zero, as in C, and a row at a time: no difference in error."""

import torch


def quantize_asymmetric(W):
    def rounded(x):
        return torch.sign(x) * torch.floor(x.abs() + 0.5)

    codes, scales, zero_points = [], [], []
    for row in W:
        low, high = row.min().clamp(max=0), row.max().clamp(min=0)
        scale = (high - low) / 255
        step = scale if scale > 0 else torch.ones(())
        zero_point = rounded(-low / step)
        codes.append((rounded(row / step) + zero_point).clamp(0, 255).to(torch.uint8))
        scales.append(scale)
        zero_points.append(zero_point.to(torch.int16))
    return [torch.stack(codes), torch.stack(scales), torch.stack(zero_points)]


def dequantize_asymmetric(q, scale, zero_point):
    return (q.float() - zero_point.float()[:, None]).mul(scale[:, None])
