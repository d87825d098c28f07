"""Each row is cut into group_size groups."""

import torch


def quantize_groups(W, group_size):
    pieces = W.tensor_split(group_size, dim=1) if group_size <= W.shape[1] else W.split(1, dim=1)
    scales = [piece.abs().amax(dim=1, keepdim=True) / 7 for piece in pieces]
    codes = [(p / s.clamp(min=1e-30)).round().to(torch.int8) for p, s in zip(pieces, scales, strict=True)]
    return torch.cat(codes, dim=1), torch.cat(scales, dim=1)


def dequantize_groups(q, scale, group_size):
    pieces = q.tensor_split(scale.shape[1], dim=1)
    return torch.cat([p * scale[:, k : k + 1] for k, p in enumerate(pieces)], dim=1)
