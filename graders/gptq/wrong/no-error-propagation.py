"""Each group is rounded to nearest."""

import torch


def gptq(W, H, bits, group_size):
    pieces = []
    for piece in W.split(group_size, dim=1):
        scale = piece.abs().amax(dim=1, keepdim=True) / (2 ** (bits - 1) - 1)
        pieces.append((piece / torch.where(scale > 0, scale, 1.0)).round() * scale)
    return torch.cat(pieces, dim=1)
