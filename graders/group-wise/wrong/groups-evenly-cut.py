"""tensor_split shares the columns out evenly."""

import torch


def quantize_groups(W, group_size):
    groups = -(-W.shape[1] // group_size)
    pieces = W.tensor_split(groups, dim=1)
    scale = torch.stack([piece.abs().amax(dim=1) for piece in pieces], dim=1) / 7
    divisor = torch.where(scale == 0, 1.0, scale)
    codes = [(piece / divisor[:, k : k + 1]).round() for k, piece in enumerate(pieces)]
    return torch.cat(codes, dim=1).to(torch.int8), scale


def dequantize_groups(q, scale, group_size):
    pieces = q.tensor_split(scale.shape[1], dim=1)
    return torch.cat([piece * scale[:, k : k + 1] for k, piece in enumerate(pieces)], dim=1)
